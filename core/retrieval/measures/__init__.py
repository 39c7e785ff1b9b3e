"""How good rankings are: the measures of trec_eval and ir-measures, one file each in `kinds`."""
