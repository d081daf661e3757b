"""Prompts of our own with the order that everybody would give them: the check of chat and code.

The recorded outcomes hold hardly any chat and little code, so these stand in: EASY are those that any model answers
well, MIDDLE ordinary wishes, HARD those where a weak one is likely to go wrong. Weights are fitted to pairs of the
even half. No weight is fitted to the odd half; how large a share of it comes out right was seen, as one number,
when the few settings of the training (shares of the learned parts, stiffness) were chosen.
"""

from __future__ import annotations

from itertools import product

EASY: dict[str, tuple[str, ...]] = {
    "code": (
        "hey, I am new to all this and a bit lost. a friend told me that I should try python because it "
        "is easy to start with. I have a windows laptop, quite old but it works fine. could you tell me "
        "where I can download it and what I click?",
        "Here is my list of files, please just put each on a line of its own with a dash in front: "
        "main.py, utils.py, README.md, setup.cfg, tests.py, data.csv, notes.txt, run.sh, todo.md, "
        "logo.png, index.html, style.css",
        "I wrote this small thing and it works well. Could you only add a comment above each line that "
        "says what it does?\nname = input('name? ')\nprint('hello', name)\nage = int(input('age? '))\n"
        "print('next year you are', age + 1)",
        "Write a function greet that takes a name and returns the text 'Hello, ' followed by the name "
        "and an exclamation mark. For example greet('Ann') returns 'Hello, Ann!' and greet('Bob') "
        "returns 'Hello, Bob!'.",
        "What does git stash do?",
        "how do I reverse a list in python",
        "Rename the variable x to total: `x = a + b`",
        "Write a hello world in Rust.",
        "convert this to f-string: 'Hello ' + name",
        "What's the command to list hidden files on linux?",
        "Write a function that adds two numbers.",
        "How do I comment out a line in YAML?",
        "css center a div",
        "Write a python function to check if a number is even.",
        "give me a bash one-liner to count the lines in all .txt files",
        "What is the difference between == and === in javascript?",
        "Add a docstring to this:\n```python\ndef area(w, h):\n    return w * h\n```",
        "Fix the typo in this line: `pritn('hi')`",
        "Suggest a good name for a variable that holds the number of users",
        "SQL to get all rows from the table users",
        "how to undo the last commit but keep the changes",
        "Write a regex that matches digits only.",
        'Format this json: {"a":1,"b":[1,2]}',
        "What HTTP status code means not found?",
        "Turn this into a list comprehension:\nout = []\nfor x in xs:\n    out.append(x * 2)",
        "Sort the imports:\nimport sys\nimport os\nimport json",
        "What port does postgres listen on by default?",
        "how to install numpy with pip",
    ),
    "chat": (
        "Good evening! I had such a nice day today, we went to the lake with the dog and he swam for the "
        "first time, then we had ice cream and watched the ducks. I just wanted to tell someone. What is "
        "your favourite thing about summer?",
        "I want to buy a present for my mum, she likes gardening and tea and long walks, she is turning "
        "sixty next month and we will have a small party at home with the family. Do you have any ideas "
        "for something nice that is not too much?",
        "Please turn this into a bulleted list of groceries: we need milk and bread and also some eggs, "
        "two lemons, a bag of potatoes, butter, the cheese that dad likes, some apples and if they have "
        "it a bunch of fresh parsley.",
        "Translate to English: Buenos días, me llamo Ana y vivo en una casa pequeña con mi familia. "
        "Tengo un perro y dos gatos. Me gusta leer y cocinar los domingos.",
        "hi, how are you today?",
        "What's the capital of Australia?",
        "thanks, that helped!",
        "tell me a joke",
        "Who wrote Pride and Prejudice?",
        "Give me five names for a cat.",
        "What should I cook with rice and eggs?",
        "how many ounces in a pound",
        "Fix the spelling, nothing else:\n\nhello team, just a short note to say that the meeting of "
        "thursday is moved to friday at ten. the room stays the same and lunch will be provided. if you "
        "cant make it let me know untill wednesday so i can tell the kitchen. thanks a lot to everyone "
        "who helped with the party last week, it was a great sucess and we will do it again next year "
        "for sure.",
        "Make this sound more friendly: Send me the file today.",
        "what is photosynthesis? explain like I'm 5",
        "Write a happy birthday message for my sister.",
        "Translate to Spanish: where is the train station?",
        "When did the Berlin Wall fall?",
        "good movies to watch with kids",
        "Summarize in one sentence:\n\nhello team, just a short note to say that the meeting of thursday "
        "is moved to friday at ten. the room stays the same and lunch will be provided. if you cant make "
        "it let me know untill wednesday so i can tell the kitchen. thanks a lot to everyone who helped "
        "with the party last week, it was a great sucess and we will do it again next year for sure.",
        "What's a synonym for happy?",
        "Give me a caption for a beach photo.",
        "Is a tomato a fruit?",
        "Write a short thank you note to my teacher.",
        "what day comes after tuesday",
        "ideas for a birthday party",
        "Which is bigger, the sun or the moon?",
        "Put these in alphabetical order: pear, apple, fig, banana",
        "what does LOL mean",
        "Write a two line poem about spring.",
        "Recommend a book for a long flight.",
        "who won the world cup in 2014",
    ),
    "maths": (
        "My daughter has a little basket with red and green apples in it. There are four red apples on "
        "the top and five green apples below them, and she asks me how many apples there are in the "
        "basket. What do I tell her?",
        "We are going to the cinema on saturday with the whole family and a ticket is 10 dollars for "
        "everybody, no matter how old. We are four people. How much do we pay for the tickets in total?",
        "What is 12 + 7?",
        "what's 20% of 50",
        "How many sides does a hexagon have?",
        "Round 3.14159 to two decimals.",
        "What is the square root of 81?",
        "I have 3 apples and eat one. How many are left?",
        "Is 17 a prime number?",
        "Convert 5 km to metres.",
        "What is half of 90?",
        "What does the symbol pi stand for?",
        "how many minutes are in 3 hours",
        "Which is larger, 0.5 or 0.25?",
    ),
}

HARD: dict[str, tuple[str, ...]] = {
    "code": (
        "What does this print?\n\ndef f(xs, k):\n    seen = {}\n    for i, x in enumerate(xs):\n        "
        "if k - x in seen:\n            return seen[k - x], i\n        seen[x] = i\n    return None\n\n"
        "print(f([3, 3, 4, 8, 7], 11))",
        'Complete the function.\n\ndef rotate_until_sorted(xs: list[int]) -> int:\n    """The least '
        "number of right rotations after which xs is sorted, or -1 if there is none.\n    An empty list "
        "counts as sorted; equal elements may occur.\n    >>> rotate_until_sorted([3, 4, 5, 1, 2])\n    "
        '2\n    """\n',
        "Given two integers n and q and q queries of the form (l, r, v), add v to every element in l..r "
        "of an array of n zeros and after all of them print the maximum. n up to 10^7, q up to 2 * 10^5. "
        "What is the output for n = 5 and the queries (1, 2, 100), (2, 5, 100), (3, 4, 100)?",
        "Trace the value of s after each iteration:\nlet s = ''; for (let i = 0; i < 5; i++) { s = i % 2 "
        "? s + i : i + s; }",
        "Why is my mutex slower than a spinlock here?",
        "Implement a red-black tree with deletion.",
        "Explain the ABA problem and two ways to prevent it.",
        "Design the schema for a multi-tenant billing system.",
        "Why do signed overflow optimizations break this loop?",
        "Write a B-tree index in C.",
        "Prove that this scheduler cannot starve a task.",
        "Optimize matrix multiplication for the L2 cache.",
        "My Go service leaks goroutines under load: pprof shows thousands blocked on a channel send in "
        "the worker pool after the context is cancelled. How do I find out why and fix it without "
        "dropping jobs that were already accepted?",
        "Why does this deadlock?\n```python\ndef transfer(a, b, n):\n    with a.lock:\n        with "
        "b.lock:\n            a.balance -= n\n            b.balance += n\n```\nGive a fix that stays "
        "correct with many threads.",
        "Design a rate limiter for a distributed API gateway: 50k requests a second, per-tenant quotas, "
        "at most 1 % error, survives the loss of a Redis node. Compare token bucket with sliding window "
        "and give the data model.",
        "Write a lock-free single-producer single-consumer ring buffer in C++ and justify each memory order.",
        "This SQL takes 40 s on 80 million rows. Rewrite it and propose indexes:\n\nSELECT c.id, (SELECT "
        "MAX(o.created_at) FROM orders o WHERE o.customer_id = c.id AND o.status NOT IN (SELECT s.code "
        "FROM closed s)) FROM customers c WHERE EXISTS (SELECT 1 FROM orders o2 WHERE o2.customer_id = "
        "c.id AND o2.total > 100) ORDER BY 2 DESC;",
        "Refactor this 600 line God class into modules; it mixes HTTP handling, retries, caching and "
        "billing. Explain the order of the steps so that the tests stay green, and where you would put "
        "the transaction boundary.",
        "Implement an LRU cache with per-entry TTL in TypeScript, O(1) get and set, thread-safe across "
        "async calls, with tests for expiry at the boundary, for zero capacity and for duplicate keys.",
        'Traceback (most recent call last):\n  File "app.py", line 88, in sync\n    await '
        "pool.release(conn)\nasyncpg.exceptions.InterfaceError: cannot perform operation: another "
        "operation is in progress\nIt only happens under load, about once an hour. What is the race, and "
        "how do I prove it?",
        "Write a parser for arithmetic expressions with unary minus, right-associative power and "
        "function calls, without eval, and report the column of a syntax error.",
        "Given a string s and a dictionary of words, return every sentence that can be formed by "
        "inserting spaces. Handle 20,000 characters efficiently and give the time and space complexity.",
        "Migrate a Django monolith with 300 tables from MySQL to Postgres with no downtime: plan, risks, rollback.",
        "Explain why this Rust code doesn't pass the borrow checker and restructure it:\nfn "
        "longest<'a>(v: &'a mut Vec<String>) -> &'a str {\n    let m = v.iter().max().unwrap();\n    "
        "v.push(m.clone());\n    m\n}",
        "Implement Raft leader election in Python with randomized timeouts, and show which invariants "
        "guarantee at most one leader a term.",
        'def min_window(s: str, t: str) -> str:\n    """Smallest substring of s that holds every '
        "character of t, with multiplicity.\n    Return '' if there is none. Must run in linear "
        "time.\n    >>> min_window('ADOBECODEBANC', 'ABC')\n    'BANC'\n    \"\"\"\n",
        "Our React list with 10,000 rows re-renders on every key press. Profile output below says 480 ms "
        "in commit. Find the cause and optimize without a virtualisation library:\nfunction Row({item, "
        "onPick}) {\n  const style = {color: item.hot ? 'red' : 'black'};\n  return <li style={style} "
        "onClick={() => onPick(item.id)}>{item.name}</li>;\n}",
        'Review this for security holes and rewrite it: `query = "SELECT * FROM u WHERE n=\'" + '
        "request.args['n'] + \"'\"; os.system('convert ' + file.filename)`; consider injection, path "
        "traversal and privilege.",
        "Write a regex that validates ISO 8601 durations including fractions, rejects an empty 'P' and "
        "'PT', and explain each group and the edge cases it does not cover.",
        "Write a compiler pass that does constant folding and dead code elimination on this "
        "three-address IR, keeping the semantics of integer overflow.",
        "Write a Kubernetes operator's reconcile loop that is idempotent when the API server returns stale reads.",
        "Find the shortest path that visits every node at least once in a weighted graph of 15 nodes; "
        "dynamic programming over subsets, return the path too, and prove that it terminates.",
        "Our CI test fails intermittently, about 1 in 50 runs, only with -n 4. Here is the fixture; find "
        "the shared state:\n@pytest.fixture(scope='session')\ndef db(tmp_path_factory):\n    path = "
        "tmp_path_factory.mktemp('db')\n    engine = create_engine(f'sqlite:///{path}/t.db')\n    "
        "Base.metadata.create_all(engine)\n    yield engine\n",
        "Implement a CRDT for collaborative text editing and argue why concurrent inserts at the same index converge.",
        "Optimize this numpy code to avoid the O(n^2) memory: d = np.sqrt(((x[:, None] - x[None]) ** "
        "2).sum(-1)); then find the k nearest for 200k points.",
        "How would you debug a memory leak in a JVM service where heap dumps look normal but RSS grows 1 GB a day?",
    ),
    "chat": (
        "Write a letter to a neighbour about noise. Use only lower case letters, exactly three "
        "paragraphs separated by ***, no commas, the word garden at least twice, and end with a "
        "postscript that starts with P.S.",
        "List the ten largest moons of the solar system with diameter and planet as CSV, sorted by "
        "orbital period, no header, and mark with an asterisk those with an atmosphere.",
        "Derive the Euler-Lagrange equation.",
        "Critique Rawls's difference principle.",
        "Is P likely to equal NP? Argue both sides rigorously.",
        "Explain renormalization to a physicist.",
        "Compare Hayek and Keynes on the causes of recessions.",
        "Write a villanelle about grief.",
        "Assess the constitutionality of a wealth tax.",
        "Design an experiment to test the placebo effect of colour.",
        "Compare the monetary policy of the Fed and the ECB between 2008 and 2015, and argue which one "
        "handled the trade-off between inflation and unemployment better; cite the mechanisms, not just "
        "the dates.",
        "Draft a termination clause for a SaaS contract between a German vendor and a Californian "
        "customer, covering data return, liability caps and GDPR, and explain each choice.",
        "My father is 78, takes warfarin, amiodarone and simvastatin, and was prescribed clarithromycin. "
        "Which interactions matter, why, and what should we ask the doctor?",
        "Plan a 10 day trip through Japan for two adults and a toddler: budget 4,000 EUR without "
        "flights, no more than three hotels, must include Kyoto and one onsen, at most 3 hours of train "
        "a day. Make a table with costs.",
        "Write a sonnet in strict iambic pentameter about entropy in which the first letters of the "
        "lines spell THERMODYNAMICS.",
        "Analyze the argument of Kant's transcendental deduction and the strongest objection to it.",
        "Act as a hiring manager: interview me for a staff engineer role, one question at a time, adapt "
        "the difficulty to my answers, and keep a hidden score that you reveal at the end.",
        "Our startup has 14 months of runway, 30 % churn and two enterprise leads that want on-premise. "
        "Evaluate three strategies with risks, and recommend one with milestones.",
        "Explain the Bell inequality and why local hidden variables cannot reproduce quantum "
        "correlations, step by step, for someone who knows linear algebra.",
        "Write a story of exactly 200 words told backwards in time, in second person, without using the letter 'z'.",
        "Critically assess the methodology of a study that finds coffee drinkers live longer; list at "
        "least five confounders and say how each would bias the estimate.",
        "Fasse die Unterschiede zwischen Verbrauchsgüterkauf und Werkvertrag zusammen und prüfe, welches "
        "Recht hier gilt: Der Kunde bestellt eine Küche mit Einbau.",
        "Two people disagree about whether free will is compatible with determinism. Write the debate, "
        "give each the strongest version of the case, and then judge it.",
        "Create a 12 week training plan for a marathon under 3:30 for a runner with a history of shin "
        "splints who can only train four days a week; give paces and explain the progression.",
        "I must tell my team that two of five will be laid off. Draft the message, anticipate the five "
        "hardest questions and answer each honestly without promising what I can't keep.",
        "Explain how mRNA vaccines evade innate immune sensing, and why pseudouridine matters.",
        "Derive from first principles why the sky is blue but clouds are white, with the scattering regimes.",
        "Compare three theories of consciousness and design an experiment that could falsify at least one of them.",
        "Extract every obligation, deadline and penalty from the following contract as JSON with keys "
        "party, duty, due and penalty; use null where the text is silent:\n\nThe Supplier shall deliver "
        "within 30 days of each order; for each day of delay it owes 0.5 % of the order's value, at most "
        "5 %. The Buyer pays within 14 days of delivery.",
        "Explain the tax consequences of selling a rented flat in Spain as a resident of the Netherlands.",
        "Write a persuasive policy brief on congestion pricing for a sceptical city council, with "
        "counterarguments, evidence from London and Stockholm, and a phased implementation plan of at "
        "most 600 words.",
        "Which assumptions of the Black-Scholes model fail in practice, and how does each show in the "
        "volatility smile?",
        "Build a weekly meal plan: 1,800 kcal a day, at least 120 g protein, no dairy, at most 30 "
        "minutes cooking, each ingredient used at least twice. Then give the shopping list by aisle.",
        "Translate this poem into French keeping the rhyme scheme ABAB and the meter:\n\nThe tide that "
        "left the harbour bare\nhas taken more than sand;\nit took the light out of the air\nand left it "
        "in my hand.",
        "What would have happened to grain prices in 1846 had the Corn Laws stayed? Reason with elasticities.",
        "Diagnose: 34 year old, fatigue, low TSH, normal T4, low T3, on biotin. Explain the differential.",
        "Summarize the main disagreement between frequentist and Bayesian inference and show on a "
        "numerical example where they reach opposite conclusions.",
        "Rewrite this abstract for three audiences: a judge, a child and an investor, each within 60 "
        "words, without losing the two caveats:\n\nWe show a 12 % gain in yield under drought, though "
        "only in loam and only in year one.",
    ),
    "maths": (
        "Anna has four brothers and each of her brothers has two sisters. How many sisters does Anna have?",
        "If six machines need six minutes for six cups, how long do forty machines need for forty cups?",
        "Paul is taller than Rita, Rita is shorter than Sam, Sam is not the tallest. Who is in the middle?",
        "Of ten people each shakes hands once with every other, but three of them know each other and "
        "don't. How many handshakes are there?",
        "A clock loses four minutes in every hour. It is set right at noon. What time is it really when it shows 6:04?",
        "All bloops are razzies, some razzies are lazzies. Does it follow that some bloops are lazzies? Explain.",
        "Prove Fermat's little theorem.",
        "Integrate x^2 e^{-x} sin x.",
        "Find the last two digits of 7^2024.",
        "Is the sum of 1/p over the primes finite? Prove it.",
        "Prove that the square root of 2 plus the square root of 3 is irrational.",
        "How many ways are there to seat 8 people around a table so that two given couples never sit together?",
        "Let f be continuous on [0,1] with f(0)=f(1). Show that there is an x with f(x) = f(x + 1/2).",
        "Evaluate $\\int_0^\\infty \\frac{\\sin x}{x}\\,dx$ and justify the interchange of limits.",
        "A train leaves A at 9:15 with 80 km/h, a second one leaves B, 300 km away, at 10:00 with 110 "
        "km/h and stops for 12 minutes after an hour. When and where do they meet?",
        "Five houses in a row have different colours, drinks and pets. The red house is left of the "
        "green one; the owner of the fox drinks tea; milk is drunk in the middle; the cat's owner lives "
        "next to the tea drinker. Who owns the fish?",
        "Find all integers n for which n^2 + 2n + 12 is divisible by 121.",
        "Three fair dice are thrown until the sum is at least 15. What is the expected number of throws, "
        "and the variance?",
        "Show that every group of order 15 is cyclic.",
        "A shop sells pens at 3 for 2 dollars and books at 7.50 each with 15 % off above 40 dollars. Ann "
        "spends exactly 51 dollars after the discount and buys twice as many pens as books. How many of "
        "each did she buy?",
        "Find the eigenvalues of the matrix [[2,1,0],[1,3,1],[0,1,2]] and an orthonormal basis of eigenvectors.",
        "On an island knights tell the truth and knaves lie. A says: exactly one of us three is a knave. "
        "B says: C lies. C says nothing. Which statements are consistent, and what is each?",
    ),
}

# Ordinary wishes, often long, that a weak model fulfils well enough.
MIDDLE: dict[str, tuple[str, ...]] = {
    "code": (
        "Write a Python script that reads a CSV file and prints the average of the column price.",
        "Create a simple HTML page with a heading, a picture and a contact form with name, email and a send button.",
        "How do I set up a virtual environment and install the packages from requirements.txt on Windows and on Mac?",
        "Write a function that checks whether a word is a palindrome, with a docstring and two examples.",
        "Explain what a Docker image is and how it differs from a container.",
        "Write a bash script that renames all jpeg files in a folder to photo_1.jpg, photo_2.jpg and so on.",
        "Make a to-do list in JavaScript where I can add and delete items. Keep it simple, one file.",
        "Write unit tests for this function:\n```python\ndef is_leap(y):\n    return y % 4 == 0 and (y % "
        "100 != 0 or y % 400 == 0)\n```",
        "Give me the SQL for a table of books with title, author, year and price, and insert three sample rows.",
        "What are the main differences between REST and GraphQL? When would I use which?",
    ),
    "chat": (
        "Write a blog post about the benefits of drinking water every day, friendly in tone, about 500 "
        "words, with headings.",
        "Write an email to my landlord that the heating in the bedroom does not work since monday and "
        "ask when it is repaired.",
        "I am visiting Rome for three days in May with my wife. What are the sights we should not miss? "
        "We love food and art.",
        "Pretend you are a pirate captain and tell your crew why today is a good day to look for treasure.",
        "Write a short story about a dragon who is afraid of fire and makes friends with a little girl "
        "from the village.",
        "What are the symptoms of a common cold, and how is it different from the flu?",
        "Write a product description for a bamboo toothbrush: eco friendly, soft, comes in four colours. "
        "Make it catchy.",
        "Can you explain how a bill becomes a law in the United States?",
        "Give me a healthy recipe for dinner with chicken, broccoli and sweet potatoes, with the steps "
        "and the time they take.",
        "I feel nervous before my first day at a new job. Do you have some advice on how to make a good "
        "first impression?",
        "Write a cover letter for a job as a barista. I have worked in a bakery for two years and I love "
        "coffee and people.",
        "Rewrite the following so that it is more formal: Hey Mark, just checking if you got my last "
        "mail about the invoice. We'd really like to get it sorted this week, so give me a shout when "
        "you have a sec. Cheers!",
        "Explain the causes of the First World War to a high school student.",
        "Come up with ten slogans for a small bookshop that also sells cake.",
        "What is inflation and how does it affect people with savings?",
        "Write lyrics for a happy song about summer at the lake, two verses and a chorus.",
        "Describe the water cycle in a paragraph.",
        "Let's play a game: you are a wizard in a school of magic and I am a new student. Greet me and show me around.",
        "Translate this message to German: Dear guests, breakfast is served from seven to ten in the "
        "garden room. The pool is open until nine in the evening. Please leave your key at the desk when "
        "you go. We wish you a pleasant stay.",
        "What are some good habits for sleeping better at night? Please give me a list with a short reason for each.",
        "Write a speech for my best friend's wedding, funny and warm, about two minutes long. We met at "
        "school in 2005.",
        "Who was Marie Curie and what is she known for?",
    ),
    "maths": (
        "Tom reads 12 pages a day. How many pages does he read in two weeks?",
        "What is the area of a rectangle that is 6 cm wide and 11 cm long?",
        "Solve 3x + 5 = 20.",
        "A shirt costs 40 dollars and is reduced by 25 %. What does it cost now?",
        "Explain what the mean and the median are, with an example.",
        "Write 0.375 as a fraction.",
    ),
}


def pairs(half: int) -> list[tuple[str, str]]:
    """The pairs (lesser, harder) of one half, 0 or 1; no prompt stands in both halves.

    An easy or middling prompt stands under the hard ones of every kind: real traffic is mixed.
    """
    lesser = [prompt for level in (EASY, MIDDLE) for kind in level for prompt in level[kind][half::2]]
    return list(product(lesser, (prompt for kind in HARD for prompt in HARD[kind][half::2])))


def fair_pairs(half: int) -> list[tuple[str, str]]:
    """Those of `pairs(half)` of which length tells nothing or the wrong thing: the lesser is as long, or nearly."""
    return [(lesser, harder) for lesser, harder in pairs(half) if len(lesser) * 1.25 > len(harder)]
