"""What people in a LIMIT collection like. Things by their kind, then kinds of things from somewhere.

No entry holds a comma or the word *and*, since these stand between entries in a text.
"""

from __future__ import annotations

_FOODS = """
apricots artichokes arugula asparagus avocados bagels bananas barley basil beetroot blackberries blueberries
brioche broccoli buckwheat burritos butternut cabbage cantaloupe capers caramel cardamom carrots cashews
cauliflower celery chard cheddar cheesecake cherries chestnuts chickpeas chicory chives chocolate chutney
cilantro cinnamon clementines coconuts couscous crackers cranberries crepes croissants cucumbers curry
custard dates dill doughnuts dumplings eggplant elderberries empanadas endives falafel fennel figs focaccia
fondue gazpacho gelato ginger gingerbread gnocchi goulash granola grapefruit grapes guacamole guavas
hazelnuts honey honeydew horseradish hummus jackfruit jam jalapeños juniper kale ketchup kimchi kiwis
kohlrabi kumquats lasagna lavender leeks lemonade lemons lentils lettuce licorice limes lychees macadamias
macaroons mangoes marmalade marshmallows marzipan mayonnaise meringue millet mint miso molasses mozzarella
muesli muffins mushrooms mustard nectarines noodles nougat nutmeg oatmeal okra olives omelettes onions
oranges oregano oysters paella pancakes papayas paprika parmesan parsley parsnips pastries peaches peanuts
pears pecans peppermint persimmons pesto pickles pierogi pineapples pistachios pizza plantains plums polenta
pomegranates popcorn porridge potatoes pretzels prunes pudding pumpkins quiche quince quinoa radishes
raisins raspberries ravioli rhubarb risotto rosemary saffron sage salami salsa sauerkraut scones sesame
shallots sorbet soufflé spinach strawberries strudel sushi tabbouleh tacos tahini tamarind tangerines
tapioca tarragon tempura thyme tiramisu toffee tofu tomatoes tortillas truffles turmeric turnips vanilla
waffles walnuts wasabi watercress watermelons yams yogurt zucchini
"""

_DRINKS = """
absinthe ale bourbon brandy cappuccino champagne chai cider cocoa cognac cortados eggnog espresso gin
grenadine horchata kefir kombucha lager lattes macchiatos mead mezcal oolong porter prosecco rooibos rum
sake sangria sherry sherbet smoothies stout tequila vermouth vodka whisky
"""

_ANIMALS = """
aardvarks albatrosses alligators alpacas anacondas anchovies anteaters antelopes armadillos axolotls baboons
badgers barnacles barracudas bats beavers beetles bison blackbirds bluebirds boars bobcats budgerigars
buffaloes bullfinches bumblebees butterflies buzzards camels canaries capybaras cardinals caribou carp
cassowaries catfish centipedes chameleons cheetahs chickadees chimpanzees chinchillas chipmunks cicadas
clownfish cobras cockatiels cockatoos cod condors coots corals cormorants cougars coyotes crabs cranes
crayfish crickets crocodiles crows cuckoos cuttlefish dachshunds damselflies deer dingoes dolphins donkeys
dormice doves dragonflies dromedaries dugongs eagles earthworms echidnas eels egrets elephants elks emus
falcons fennecs ferrets finches fireflies flamingos flounders foxes frogs gazelles geckos gerbils gibbons
giraffes goldfinches goldfish gorillas grasshoppers greyhounds grouse guanacos gulls guppies haddock halibut
hamsters hares hawks hedgehogs herons herrings hippopotamuses hornbills horses hummingbirds hyenas ibexes
ibises iguanas impalas jackals jackdaws jaguars jays jellyfish kangaroos kestrels kingfishers koalas koi
kookaburras krill ladybirds lapwings larks lemmings lemurs leopards limpets lions lizards llamas lobsters
locusts loons lynxes lyrebirds macaques macaws mackerel magpies mallards manatees mandrills mantises marlins
marmosets marmots meerkats minks mockingbirds mongooses moose mosquitoes moths mudskippers mules muskrats
mussels narwhals nautiluses newts nightingales nuthatches ocelots octopuses okapis opossums orangutans orcas
orioles ospreys ostriches otters owls pandas pangolins panthers parakeets parrots partridges peacocks
pelicans penguins perch peregrines pheasants pigeons pikas piranhas platypuses plovers polecats ponies
poodles porcupines porpoises prawns puffins pumas pythons quails quetzals quokkas rabbits raccoons ravens
reindeer rhinoceroses roadrunners robins salamanders salmon sandpipers sardines scorpions seahorses seals
sharks shrews shrimps skinks skunks skylarks sloths snails snipes sparrows spiders spoonbills squids
squirrels starfish starlings stingrays stoats storks sturgeons swallows swans swifts swordfish tadpoles
tamarins tapirs tarantulas tarsiers termites terns terrapins terriers thrushes tigers toads tortoises
toucans trout tuna turbots turkeys turtles voles vultures wallabies walruses warblers wasps weasels weevils
whales whippets wolverines wolves wombats woodpeckers wrens yaks zebras
"""

_PLANTS = """
acacias agaves alders amaryllises anemones aspens asters azaleas bamboo baobabs begonias birches bluebells
bonsai bougainvillea bromeliads buttercups cacti camellias carnations catkins cedars chrysanthemums clematis
clover columbines conifers cornflowers cosmos crocuses cyclamens cypresses daffodils dahlias daisies
dandelions edelweiss elms eucalyptus ferns firs forsythia foxgloves freesias fuchsias gardenias gentians
geraniums ginkgos gladioli goldenrod gorse hawthorn heather hellebores hibiscus hickories hollies hollyhocks
honeysuckle hornbeams hostas hyacinths hydrangeas irises ivy jacarandas jasmine larches laurels lichens
lilacs lilies lobelias lotuses lupins magnolias mangroves maples marigolds mimosas mistletoe moss myrtles
narcissi nasturtiums nettles oaks oleanders orchids palms pansies peonies petunias pines plumeria
poinsettias poplars poppies primroses redwoods reeds rhododendrons rowans roses sequoias snapdragons
snowdrops spruces succulents sunflowers sycamores thistles toadstools tulips verbena violets wattles willows
wisteria yews yuccas zinnias
"""

_ACTIVITIES = """
abseiling acrobatics aerobics antiquing archery astrology astronomy badminton baking ballet ballooning bandy
barbecuing baseball basketball basketry batik beachcombing beekeeping biathlon billiards birdwatching
blacksmithing blogging boatbuilding bobsleigh bodybuilding bookbinding botany bouldering bowling boxing
brewing bullet-journaling busking calligraphy camping canoeing canyoning carpentry cartography caving
ceramics charades checkers cheerleading cheesemaking chess climbing collage composting cooking cosplay
cricket crocheting croquet crosswords curling cycling dancing darts debating decathlon diving dominoes
drawing dressmaking dyeing embroidery enamelling engraving etching falconry fencing fishing floristry
folding-paper football foraging fossil-hunting frisbee gardening genealogy geocaching gilding glassblowing
gliding goldsmithing golf graffiti gymnastics handball hang-gliding haymaking heptathlon hiking hockey
homebrewing hopscotch horology hurdling improvisation jewellery-making jogging joinery judo juggling karaoke
karate kayaking kendo kickboxing kitesurfing knitting lacemaking lacrosse leatherwork lock-picking
lithography luge macramé magic-tricks mahjong marathons marbling marquetry meditating metalwork microscopy
mime mosaics motocross mountaineering mushroom-picking needlepoint netball numismatics orienteering origami
ornithology oration paddleboarding painting papermaking paragliding parkour patchwork pentathlon philately
photography pilates plastering podcasting poker polo pottery printmaking puppetry puzzles quilting quizzes
quoits rafting rallying rambling reading recycling restoring-furniture riddles rock-balancing rollerblading
rowing rugby running saddlery sailing sandcastles scootering scrapbooking screen-printing sculpting sewing
shogi shooting-hoops showjumping sightseeing singing skateboarding skating sketching skiing skipping
skydiving sledging snooker snorkelling snowboarding snowshoeing soapmaking softball spelunking spinning
sprinting squash stargazing storytelling sudoku sumo surfing swimming tailoring tap-dancing tatting
taxidermy tennis topiary trampolining trekking triathlons tumbling unicycling upholstery ventriloquism
volleyball volunteering walking watercolours weaving weightlifting whistling whittling windsurfing
woodcarving wrestling yachting yoga yodelling zorbing
"""

_SCIENCE = """
acoustics aerodynamics agronomy algebra algorithms anatomy anthropology archaeology arithmetic astrophysics
asymptotes atoms auroras bacteriology biochemistry biology black-holes calculus catalysis chaos-theory
chemistry chromosomes climatology combinatorics comets constellations cosmology craters cryptography
crystallography cybernetics dinosaurs earthquakes eclipses ecology economics electrons ellipses embryology
entomology entropy enzymes epidemiology equinoxes ethics ethnography etymology evolution fossils fractals
galaxies game-theory genetics geology geometry geophysics geysers glaciers gravity grammar harmonics
heraldry herpetology hieroglyphs history holograms hydraulics hydrology ichthyology immunology isotopes
jurisprudence kinematics lava lexicography limestone linguistics logarithms logic magnetism mathematics
matrices mechanics metallurgy meteorites meteorology mineralogy molecules monsoons morphology mycology
mythology nebulae neurology neutrinos numerology oceanography optics orbits palaeontology parabolas
pathology pendulums permutations petrology pharmacology philosophy phonetics photons photosynthesis physics
physiology planets plasma polygons polynomials prime-numbers primatology prisms probability psychology
pulsars quarks quasars rainbows recursion relativity rhetoric robotics runes satellites seismology semantics
semiconductors sociology solstices spectroscopy statistics stratigraphy superconductors supernovae symbiosis
symmetry syntax taxonomy tectonics tessellations theology thermodynamics tides topology tornadoes toxicology
trigonometry typhoons typography vaccines virology viscosity volcanoes vortices whirlpools xylem zoology
"""

_ART = """
accordions allegories alliteration anagrams anthologies aphorisms architecture arias art-deco
autobiographies bagpipes balalaikas ballads banjos baroque bassoons bebop biographies blues bluegrass bongos
bossa-nova brass-bands bugles cabaret cantatas caricatures carols cartoons castanets cathedrals cellos
chamber-music chanting chiaroscuro choirs cinema clarinets clavichords comedies comics concertos cornets
cubism cymbals dadaism detective-stories diaries didgeridoos documentaries dulcimers duets elegies epics
epigrams essays expressionism fables fairytales fanfares farces flamenco flugelhorns flutes folk-songs
frescoes fugues funk futurism ghost-stories glockenspiels gongs gospel guitars haiku harmonicas harmoniums
harps harpsichords hip-hop horror-films hymns idioms impressionism jazz jingles kazoos kettledrums koto
landscapes legends librettos limericks lullabies lutes lyres madrigals mandolins manuscripts maracas marches
marimbas mazurkas melodramas memoirs miniatures minimalism minuets monologues motets murals musicals
mysteries nocturnes novellas novels oboes ocarinas odes operas operettas oratorios orchestras organs
overtures palindromes panpipes parables parodies pastels pastorals percussion piccolos pianos plays poems
polkas pop-art portraits postcards preludes proverbs psalms punk puns quartets ragtime rap rebuses recitals
recorders reggae requiems rhapsodies rhymes rondos rumba sagas samba sarabandes satires saxophones
science-fiction scherzos screenplays serenades shanties short-stories silhouettes sitars ska slapstick
soliloquies sonatas sonnets soul spirituals stained-glass steel-drums still-lifes suites surrealism swing
symphonies symbolism synthesizers tablas tambourines tango tapestries techno theremins thrillers
tongue-twisters tragedies travelogues triangles triptychs trombones trumpets tubas ukuleles vaudeville
vibraphones villanelles violas violins waltzes watermarks westerns whodunits woodcuts xylophones zithers
"""

_THINGS = """
abacuses almanacs amber amethysts amulets anchors antiques aqueducts armchairs aquamarines aquariums atlases
attics backpacks balconies balloons barometers bells beads berets bicycles binoculars boomerangs bonfires
boots bracelets bridges bronze brooches buttons cabins calendars cameos candles canals canoes caravans
carousels castles chandeliers chimneys clocks coins compasses copper corduroy cottages cufflinks cushions
daguerreotypes denim diamonds diving-bells dollhouses drawbridges driftwood earrings ebony emeralds
envelopes escalators fans feathers felt ferries fireplaces fireworks flags fountain-pens fountains frames
garnets gargoyles gazebos globes gold-leaf gramophones granite greenhouses hammocks hats helicopters
hot-tubs hourglasses igloos ivory-carvings jade jigsaws jukeboxes kaleidoscopes kettles keys kilts kimonos
kites labyrinths lace lacquer ladders lamps lanterns lapis-lazuli letters lighthouses linen lockets
locomotives looms magnets magnifying-glasses maps marbles marionettes masks matchboxes medals mirrors
mittens model-trains monocles monuments moonstones motorcycles nutcrackers obelisks observatories onyx opals
parasols paperweights pagodas patents pearls periscopes pewter pier pinball pinwheels playgrounds
pocket-watches porcelain postage-stamps pyramids quartz quills radios rings rocking-chairs rubies sandals
sapphires satin scarves scissors sealing-wax seashells sextants signet-rings silk silver skyscrapers sleighs
snow-globes spectacles spinning-tops staircases statues steam-engines stopwatches streetcars submarines
sundials suspenders swings tartan teapots telegraphs telescopes tents terracotta terrariums thimbles tiaras
toboggans topaz totem-poles trams treehouses tricycles trunks turntables turquoise tuxedos tweed typewriters
umbrellas vases velvet verandas wallpaper watches waterfalls watermills weathervanes wells wheelbarrows
windmills wool wristbands yo-yos zeppelins
"""

_CITIES = """
Aberdeen Accra Adelaide Aleppo Alexandria Algiers Amsterdam Ankara Antwerp Asunción Athens Auckland Baghdad
Baku Bangkok Barcelona Basel Beirut Belfast Belgrade Bergen Berlin Bilbao Bogotá Bologna Bombay Bordeaux
Boston Bratislava Brisbane Bristol Brussels Bucharest Budapest Cairo Calgary Canberra Caracas Cardiff
Casablanca Chicago Cologne Copenhagen Córdoba Damascus Delhi Denver Dresden Dublin Dubrovnik Edinburgh
Florence Geneva Genoa Ghent Glasgow Granada Guadalajara Hamburg Hanoi Havana Helsinki Houston Innsbruck
Istanbul Jakarta Jerusalem Johannesburg Kabul Kampala Kathmandu Kinshasa Kraków Kyoto Lagos Leipzig Lima
Lisbon Liverpool Ljubljana Lucerne Luxor Lyon Madrid Manila Marrakesh Marseille Melbourne Memphis Milan
Montevideo Montréal Mumbai Munich Nairobi Naples Nashville Odessa Oslo Ottawa Oxford Palermo Palma
Phnom-Penh Pisa Porto Prague Québec Quito Reykjavík Riga Rome Rotterdam Salzburg Santiago Sarajevo Seattle
Seoul Seville Shanghai Singapore Sofia Stockholm Strasbourg Sydney Tallinn Tangier Tashkent Tbilisi Tehran
Timbuktu Tokyo Toledo Toronto Toulouse Trieste Tripoli Tunis Turin Utrecht Valencia Valparaíso Vancouver
Venice Verona Vienna Vilnius Warsaw Wellington Winnipeg Zagreb Zanzibar Zürich
"""

_SUBSTANCES = """
aluminium antimony argon arsenic barium beryllium bismuth boron bromine cadmium calcium carbon cerium
chlorine chromium cobalt fluorine gallium germanium gold hafnium helium hydrogen indium iodine iridium iron
krypton lanthanum lithium magnesium manganese mercury molybdenum neodymium neon nickel niobium nitrogen
osmium oxygen palladium phosphorus platinum polonium potassium radium radon rhenium rhodium rubidium
ruthenium samarium scandium selenium silicon sodium strontium sulphur tantalum tellurium thallium thorium
tin titanium tungsten uranium vanadium xenon ytterbium yttrium zinc alabaster asphalt basalt beeswax borax
chalk charcoal clay coal concrete cork dolomite feldspar flint fluorite graphite gypsum hematite jasper
kaolin lignite magnetite malachite marl mica obsidian ochre peat pumice pyrite resin sandstone serpentine
shale slate soapstone talc travertine tuff vermiculite zeolites
"""

_CALLINGS = """
accountants acrobats actuaries admirals alchemists ambassadors apothecaries archers architects astronauts
aviators bakers barbers baristas beekeepers blacksmiths bookkeepers brewers bricklayers butchers butlers
carpenters caterers chancellors chaperones cheesemongers chemists chiropractors choreographers clowns
coachmen cobblers conductors coopers couriers cowboys curators dentists detectives diplomats drummers dukes
engineers explorers farmers farriers ferrymen fiddlers firefighters fishmongers fletchers florists footmen
foresters gamekeepers gardeners geologists glaziers goldsmiths governesses gravediggers grocers harpists
herbalists hermits innkeepers interpreters jockeys jesters journalists jugglers kings knights lamplighters
lawyers librarians lifeguards lumberjacks magicians mechanics-in-garages meteorologists midwives millers
milliners miners minstrels monks navigators nuns nurses opticians paramedics perfumers pharmacists
philosophers pilots pirates plumbers porters postmen potters princesses proofreaders queens rangers referees
sailors samurai sculptors seamstresses shepherds shipwrights shoemakers sheriffs soldiers stonemasons
stuntmen surgeons surveyors tailors tanners taxis teachers thatchers troubadours undertakers vicars viceroys
vikings vintners watchmakers weavers welders wheelwrights wizards zookeepers
"""

_TOOLS = """
adzes anvils augers awls bellows billhooks brooms buckets chisels clamps colanders corkscrews crowbars
drills files funnels gimlets graters hacksaws hammers hatchets hoes jars kilns ladles lathes levers mallets
mangles mops mortars nails needles padlocks pestles pickaxes pincers pipettes pitchforks planes pliers
plumb-lines pulleys rakes rasps ratchets ropes rulers sandpaper saucepans saws scales scythes screwdrivers
shears shovels sickles sieves spanners spatulas spindles spoons stencils strainers tape-measures tongs
tripods trowels tweezers vices whisks winches wrenches
"""

_SOMEWHERE = """
Albanian Argentinian Armenian Australian Austrian Bavarian Belgian Bolivian Brazilian Bulgarian Canadian
Catalan Chilean Chinese Colombian Croatian Cuban Cypriot Czech Danish Dutch Egyptian Estonian Ethiopian
Finnish Flemish French Georgian Ghanaian Greek Hungarian Icelandic Indian Indonesian Irish Italian Jamaican
Japanese Kenyan Korean Latvian Lebanese Lithuanian Malaysian Maltese Mexican Mongolian Moroccan Nepalese
Nigerian Norwegian Persian Peruvian Polish Portuguese Romanian Scottish Senegalese Serbian Sicilian Slovak
Slovenian Spanish Swedish Swiss Syrian Thai Tibetan Tunisian Turkish Ukrainian Uruguayan Venezuelan
Vietnamese Welsh
"""

_KINDS = """
bread breakfasts carpets cheese christmas coastlines costumes desserts embroideries festivals films
folk-dances folklore gardens handwriting history-books islands jokes lakes markets mountains museums
newspapers painters poets pop-songs proverb-books railways rivers soups stews street-food surnames
tea-houses textiles theatre villages weddings wines woodwork
"""


def attributes(least: int) -> list[str]:
    """At least `least` of them, no two alike: things first, then, where these are too few, kinds of things
    from somewhere, which share words with each other.

    Raises:
        ValueError: there are not so many.
    """
    things = [
        _FOODS, _DRINKS, _ANIMALS, _PLANTS, _ACTIVITIES, _SCIENCE, _ART, _THINGS, _CITIES, _SUBSTANCES,
        _CALLINGS, _TOOLS,
    ]  # fmt: skip
    found = [_capitalised(word) for part in things for word in part.split()]
    for kind in _KINDS.split():
        if len(found) >= least:
            break
        found += [f"{place} {_capitalised(kind)}" for place in _SOMEWHERE.split()]
    found = list(dict.fromkeys(found))
    if len(found) < least:
        raise ValueError(f"there are {len(found):,} attributes, and {least:,} are needed")
    return found


def _capitalised(word: str) -> str:
    """``Rock Balancing`` of ``rock-balancing``: what is one thing may have several words."""
    return " ".join(part[:1].upper() + part[1:] for part in word.split("-"))
