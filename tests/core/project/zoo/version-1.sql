-- A project of schema version 1, as the release that made it left it. Never edited.
BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0001');
CREATE TABLE artifact (
	id INTEGER NOT NULL, 
	run INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	path TEXT NOT NULL, 
	bytes BIGINT NOT NULL, 
	sha256 TEXT NOT NULL, 
	media_type TEXT NOT NULL, 
	CONSTRAINT pk_artifact PRIMARY KEY (id), 
	CONSTRAINT fk_artifact_run_run FOREIGN KEY(run) REFERENCES run (id) ON DELETE CASCADE, 
	CONSTRAINT uq_artifact_run_name UNIQUE (run, name)
);
INSERT INTO "artifact" VALUES(1,1,'weights.txt','artifacts/1/weights.txt',4,'6b4a1673b225e8bf5f093b91be8c864427df32ca41b17cc0b82112b8f0185e41','text/plain');
CREATE TABLE asset (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	"where" TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	sha256 TEXT, 
	description TEXT NOT NULL, 
	forgotten BOOLEAN NOT NULL, 
	CONSTRAINT uq_asset_where_kind UNIQUE ("where", kind)
);
INSERT INTO "asset" VALUES(1,'/models/base','model','abababababababababababababababababababababababababababababababab','base',0);
CREATE TABLE metric (
	id INTEGER NOT NULL, 
	run INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	value DOUBLE, 
	slice TEXT, 
	CONSTRAINT pk_metric PRIMARY KEY (id), 
	CONSTRAINT fk_metric_run_run FOREIGN KEY(run) REFERENCES run (id) ON DELETE CASCADE
);
INSERT INTO "metric" VALUES(1,1,'bits',1.5,'all');
INSERT INTO "metric" VALUES(2,1,'depth',NULL,NULL);
CREATE TABLE project (
	id INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	schema_version INTEGER NOT NULL, 
	created_with TEXT NOT NULL, 
	created DATETIME NOT NULL, 
	CONSTRAINT pk_project PRIMARY KEY (id)
);
INSERT INTO "project" VALUES(1,'Prose lab of version 1',1,'0.1.0','2026-11-24 10:57:55.814498');
CREATE TABLE run (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	kind TEXT NOT NULL, 
	title TEXT NOT NULL, 
	status TEXT NOT NULL, 
	request TEXT NOT NULL, 
	seed BIGINT NOT NULL, 
	device TEXT NOT NULL, 
	created DATETIME NOT NULL, 
	started DATETIME, 
	finished DATETIME, 
	seconds DOUBLE, 
	result TEXT, 
	error TEXT, 
	provenance TEXT, 
	note TEXT NOT NULL, 
	parent INTEGER, 
	summary TEXT NOT NULL, 
	headline TEXT, 
	deleted BOOLEAN NOT NULL, 
	position INTEGER, 
	progress DOUBLE, 
	owner TEXT, 
	CONSTRAINT fk_run_parent_run FOREIGN KEY(parent) REFERENCES run (id) ON DELETE SET NULL
);
INSERT INTO "run" VALUES(1,'probe','Graft with OMP','done','{"word": "\u00fc\u2581\u0120", "base": "/models/base"}',0,'auto','2026-11-24 10:57:55.839088','2026-11-24 10:57:55.843960','2026-11-24 10:57:55.856474',2.5,'{"bits": 1.5, "out": "project:///artifacts/1/weights.txt", "seconds": 2.5, "run": 1}',NULL,'{"versions": {"torch": "2.13"}, "platform": "", "processor": "", "device": "cpu", "threads": 0, "seed": 3, "inputs": [{"field": "base", "kind": "model", "path": "/models/base", "sha256": "abababababababababababababababababababababababababababababababab"}]}','Keep this one',NULL,'It takes 1.5 bits.','{"name": "bits", "value": 1.5, "slice": "all"}',0,NULL,1.0,NULL);
INSERT INTO "run" VALUES(2,'probe','Failed one','failed','{}',0,'auto','2026-11-24 10:57:55.862667','2026-11-24 10:57:55.863716','2026-11-24 10:57:55.866376',0.00266,NULL,'{"kind": "user", "message": "There is no such model.", "field": null, "traceback": ""}',NULL,'',NULL,'',NULL,1,NULL,NULL,NULL);
INSERT INTO "run" VALUES(3,'probe','Child','queued','{"word": "again"}',7,'auto','2026-11-24 10:57:55.868389',NULL,NULL,NULL,NULL,NULL,NULL,'',1,'',NULL,0,0,NULL,'525646f2292e');
CREATE TABLE step (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	label TEXT NOT NULL, 
	edits TEXT NOT NULL, 
	undone BOOLEAN NOT NULL
);
INSERT INTO "step" VALUES(1,'edit note','[{"table": "run", "id": 1, "field": "note", "before": "", "after": "Keep this one"}]',0);
INSERT INTO "step" VALUES(2,'delete run','[{"table": "run", "id": 2, "field": "deleted", "before": false, "after": true}]',0);
CREATE TABLE "view" (
	name TEXT NOT NULL, 
	state TEXT NOT NULL, 
	CONSTRAINT pk_view PRIMARY KEY (name)
);
INSERT INTO "view" VALUES('runs','{"sort": "id"}');
CREATE INDEX ix_run_status ON run (status);
CREATE INDEX ix_metric_name_slice ON metric (name, slice);
CREATE INDEX ix_metric_run ON metric (run);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('run',3);
INSERT INTO "sqlite_sequence" VALUES('asset',1);
INSERT INTO "sqlite_sequence" VALUES('step',2);
COMMIT;
