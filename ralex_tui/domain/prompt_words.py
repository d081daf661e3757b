"""The words whose number in a prompt says something about it: groups named in words for the user.

A word may stand in several groups. The lists are set by thinking about what people ask, not drawn from data.
"""

from __future__ import annotations

# A line that starts at the margin names a group; the indented ones under it are its words, in lower case.
_GROUPS = """
asks for a proof
    prove proof proofs proving theorem lemma corollary contradiction induction rigorous rigorously derive derivation
    derived disprove justify deduce formally axiom axioms necessary sufficient
asks why or how
    why explain explains explaining explanation how reason reasons reasoning understand mechanism works because
    cause causes effect effects
asks for an analysis
    analyze analyse analysis analyzing evaluate evaluation assess assessment critique critically discuss examine
    interpret implications implication tradeoff tradeoffs consequences perspective perspectives argue argument
    arguments thesis research methodology comprehensive thorough detailed depth nuanced
asks for a comparison
    compare comparison contrast versus vs difference differences differ better advantages disadvantages pros cons
    similarities
asks for a design
    design designing architecture architect architectural plan planning strategy strategies framework blueprint
    roadmap schema scalable scalability scale system systems pipeline infrastructure microservice microservices
    requirements migrate migration structure model workflow deploy deployment production
asks for the best or least
    optimize optimise optimization optimal optimally efficient efficiently efficiency performance complexity fastest
    minimize minimise maximize maximise bottleneck latency throughput scalable faster slow
the largest or smallest
    minimum maximum least greatest largest smallest maximal minimal shortest longest highest lowest most fewest
asks for a program
    function functions program script code coding implement implementation class classes method methods algorithm
    algorithms api endpoint app application website bot parser library module package component snippet
names of languages and tools
    python javascript typescript java rust golang kotlin swift php ruby perl scala haskell lua matlab bash shell
    powershell sql sqlite postgres postgresql mysql mongodb redis html css react vue angular node nodejs django
    flask fastapi spring rails docker kubernetes git github linux unix aws azure gcp terraform ansible pandas numpy
    tensorflow pytorch keras sklearn matplotlib excel vba regex json yaml xml http https graphql grpc kafka nginx
    csharp cpp dotnet unity webpack npm pip makefile cron awk sed grep jq latex
something to debug
    bug bugs debug debugging error errors exception exceptions traceback fail fails failed failing failure crash
    crashes segfault undefined null nan fix broken leak leaks wrong incorrect unexpected warning stacktrace
    intermittent intermittently flaky hang hangs freezes
deep engineering
    concurrency concurrent concurrently thread threads threading async asynchronous lock locks locking race deadlock
    deadlocks mutex spinlock starve starvation overflow atomic atomically distributed consensus raft paxos cache
    caching eviction lru sharding shard replication transaction transactions isolation idempotent idempotency
    parallel compiler interpreter kernel memory allocator garbage encryption cryptographic oauth authentication
    vulnerability consistency serialization refactor refactoring recursive recursion dynamic generic generics
    backpressure rate limiter queue partition multithreaded invariant invariants failover
edge cases named
    edge corner empty invalid negative null none duplicate duplicates otherwise raise raises handle handles handling
    return returns returned
structures of data
    array arrays list lists tree trees graph graphs node nodes vertex vertices matrix string strings substring
    subsequence permutation permutations combinations prime primes palindrome fibonacci binary heap stack linked
    tuple tuples dictionary dict sorted sort sorting index indices element elements integer integers
reckoning
    sum product total average mean ratio percent percentage fraction half twice thrice triple double times divided
    multiply multiplied subtract add calculate compute remainder equal equals number many much
numbers in words
    two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty hundred thousand dozen both
    third quarter
higher mathematics
    integral derivative polynomial polynomials eigenvalue eigenvalues vector vectors modulo congruent combinatorics
    logarithm roots root sequence convergence converges series topology ring abelian homomorphism subgroup
    isomorphic differential equation equations theorem continuous matrix determinant complex real coefficient
    coefficients quadratic domain inverse asymptote parabola ellipse hyperbola limit infinite divisible divisor
    digits cyclic subset subsets eigenvectors integrate evaluate bijective orthonormal
geometry
    triangle triangles circle circles angle angles polygon square rectangle radius diameter perimeter area volume
    sphere cube cylinder cone parallel perpendicular tangent hexagon pentagon quadrilateral segment coordinates
    degrees diagonal
chance and counting
    probability probabilities random distribution variance expected expectation dice coin coins cards ways arrange
    arrangements distinct choose committee likelihood bayesian statistical statistics regression sample deviation
an everyday sum
    cost costs dollars dollar cents hours hour minutes miles mile gallons pounds pound feet inches weeks week days
    day per each left remaining altogether bought buys sold sells spent spend pays paid earns gives gave apples
    students price money
demands that must hold
    must should only without exactly least most avoid ensure include includes including within unless except
    required requirement constraint constraints cannot never always instead also both
a form that is asked for
    json csv table markdown yaml xml bullet bullets column columns html format formatted outline numbered headings
    heading sentences paragraphs template output respond response answer answers
something to invent
    story stories poem poems song lyrics haiku novel character characters fiction scene dialogue screenplay rap joke
    jokes limerick creative plot sonnet verse rhyme rhymes fantasy chapter narrative protagonist fanfic
a role to play
    pretend imagine roleplay act acting persona role youre play simulate interview expert assistant professional
something to write
    draft compose email letter essay article blog post report speech cover resume cv proposal press linkedin
    marketing slogan ad ads tweet caption announcement newsletter description bio message invitation
something to reword
    rewrite paraphrase rephrase reword proofread grammar correct edit improve shorten simplify polish tone wording
    spelling formal rewording typo typos
something to sum up
    summarize summarise summary tldr condense abstract summarizing recap gist overview brief briefly short concise
a translation
    translate translation translated french spanish german italian portuguese chinese japanese korean russian arabic
    hindi latin dutch polish swedish turkish greek vietnamese
something to sort or extract
    classify classification extract extraction identify categorize label labels sentiment entities detect following
    passage text given
ideas or tips wanted
    ideas idea suggest suggestions suggestion recommend recommendations brainstorm names name tips tip examples
    example best top list fun gift gifts recipe recipes
about the writer
    i my me im ive id mine myself we our us
small talk
    hi hello hey thanks thank sorry lol haha bye morning evening ok okay yes yo cool nice welcome
a fact to look up
    capital born died wrote sang sings played plays won released episode season movie film actor actress singer band
    album president king queen country winner author invented discovered located founded married song called known
    nickname
about a text that is given
    passage author according paragraph above text article excerpt writer purpose infer inferred title statement
    statements best
a puzzle of places
    house houses row sits seated left right next between adjacent taller older younger clue clues person persons
    different puzzle liar knight knave truth lies order position statements
not or except
    not never except false neither nor incorrect without none untrue isnt doesnt dont cant
if and suppose
    if suppose assume assuming given let when then whether provided unless would could
each and all
    each every all any some exactly there
steps in order
    step steps first second third then finally next process procedure stage stages before after sequence guide
    tutorial detailed
law
    court plaintiff defendant statute liability contract contracts jurisdiction constitutional tort felony legal law
    lawsuit attorney negligence damages clause amendment trial evidence testimony crime criminal regulation gdpr
medicine
    patient patients diagnosis symptoms symptom treatment disease diseases clinical drug drugs dose blood therapy
    syndrome cancer infection surgery chronic acute muscle nerve artery cardiac renal doctor vaccine virus
engineering and physics
    voltage circuit current resistance pressure stress beam torque flow pump steam turbine transformer capacitor
    inductor velocity mass energy force acceleration photon electron wavelength momentum quantum frequency field
    magnetic electric temperature heat gas friction particle radiation load power speed density
chemistry
    mol moles molar reaction reactions acid base compound compounds molecule molecular enthalpy reagent titration
    aqueous solution ion ions oxidation hydrogen oxygen carbon sodium chloride equilibrium synthesis product atom
    atoms
biology
    cell cells gene genes dna rna protein proteins enzyme species organism organisms evolution plants plant animals
    animal bacteria mutation population ecosystem photosynthesis chromosome tissue
money and trade
    demand supply interest bond bonds stock stocks tax taxes inflation portfolio investment market revenue profit
    accounting firm economy economic monetary fiscal loan mortgage dividend asset assets customer company business
people and ideas
    moral ethics ethical philosophy philosopher kant utilitarian political government war history historical century
    society social culture religion psychology behavior cognitive personality theory freud consciousness
"""


def _parsed(text: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    groups: list[tuple[str, tuple[str, ...]]] = []
    for line in text.strip().splitlines():
        if line[0] != " ":
            groups.append((line, ()))
        else:
            name, words = groups[-1]
            groups[-1] = (name, (*words, *line.split()))
    return tuple(groups)


GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = _parsed(_GROUPS)

# Function words of other languages that are no English words: three in a line tell the language.
LANGUAGE_WORDS = frozenset(
    [
        "der",
        "das",
        "und",
        "ist",
        "nicht",
        "ein",
        "eine",
        "wie",
        "ich",
        "für",
        "mit",
        "auf",
        "zu",
        "den",
        "von",
        "le",
        "la",
        "les",
        "des",
        "est",
        "et",
        "une",
        "que",
        "pour",
        "dans",
        "sur",
        "qui",
        "ce",
        "je",
        "pas",
        "el",
        "los",
        "las",
        "es",
        "y",
        "por",
        "para",
        "con",
        "como",
        "qué",
        "cómo",
        "una",
        "del",
        "se",
        "il",
        "di",
        "che",
        "è",
        "un",
        "per",
        "non",
        "sono",
        "della",
        "gli",
        "o",
        "os",
        "um",
        "uma",
        "não",
        "com",
        "em",
        "na",
        "het",
        "een",
        "van",
        "niet",
        "ik",
        "och",
        "att",
        "det",
        "på",
        "är",
        "jest",
        "się",
        "nie",
        "że",
        "w",
        "na",
        "bir",
        "ve",
        "bu",
        "için",
    ]
) - frozenset(("o", "w", "es", "se", "na", "com", "em", "per", "non", "van", "den", "ist", "di"))
