"""What TeX's commands look like as Unicode: tables only."""

from __future__ import annotations


def _pairs(text: str) -> dict[str, str]:
    words = text.split()
    return dict(zip(words[::2], words[1::2], strict=True))


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Letters and signs that stand like a letter.
LETTERS = _pairs(
    """
    alpha α beta β gamma γ delta δ epsilon ε varepsilon ε zeta ζ eta η theta θ vartheta ϑ iota ι kappa κ lambda λ
    mu μ nu ν xi ξ omicron ο pi π varpi ϖ rho ρ varrho ϱ sigma σ varsigma ς tau τ upsilon υ phi φ varphi φ chi χ
    psi ψ omega ω Gamma Γ Delta Δ Theta Θ Lambda Λ Xi Ξ Pi Π Sigma Σ Upsilon Υ Phi Φ Psi Ψ Omega Ω
    infty ∞ partial ∂ nabla ∇ hbar ℏ ell ℓ Re ℜ Im ℑ aleph ℵ beth ℶ wp ℘ emptyset ∅ varnothing ∅ forall ∀ exists ∃
    nexists ∄ neg ¬ lnot ¬ top ⊤ bot ⊥ angle ∠ triangle △ square □ Box □ diamond ◇ Diamond ◇ star ⋆ dagger † ddagger ‡
    prime ′ degree ° circ ∘ ast ∗ bullet • dots … ldots … cdots ⋯ vdots ⋮ ddots ⋱ dotsc … dotsb ⋯ imath ı jmath ȷ
    checkmark ✓ complement ∁ S § P ¶ pounds £ copyright © euro € blacksquare ■ qed ∎ surd √ complexes ℂ Complex ℂ
    R ℝ N ℕ Z ℤ Q ℚ reals ℝ
    """
)
RELATIONS = _pairs(
    """
    le ≤ leq ≤ leqslant ≤ ge ≥ geq ≥ geqslant ≥ ne ≠ neq ≠ equiv ≡ approx ≈ cong ≅ sim ∼ simeq ≃ propto ∝ ll ≪ gg ≫
    prec ≺ succ ≻ preceq ≼ succeq ≽ in ∈ notin ∉ ni ∋ subset ⊂ supset ⊃ subseteq ⊆ supseteq ⊇ subsetneq ⊊ supsetneq ⊋
    perp ⟂ parallel ∥ nparallel ∦ mid ∣ nmid ∤ vdash ⊢ dashv ⊣ models ⊨ vDash ⊨ asymp ≍ doteq ≐ triangleq ≜ coloneqq ≔
    lesssim ≲ gtrsim ≳ approxeq ≊ bowtie ⋈ sqsubseteq ⊑ sqsupseteq ⊒ trianglelefteq ⊴ trianglerighteq ⊵
    to → rightarrow → gets ← leftarrow ← leftrightarrow ↔ Rightarrow ⇒ Leftarrow ⇐ Leftrightarrow ⇔ implies ⟹
    impliedby ⟸ iff ⟺ mapsto ↦ longmapsto ⟼ longrightarrow ⟶ longleftarrow ⟵ longleftrightarrow ⟷ Longrightarrow ⟹
    Longleftarrow ⟸ Longleftrightarrow ⟺ uparrow ↑ downarrow ↓ updownarrow ↕ Uparrow ⇑ Downarrow ⇓ nearrow ↗ searrow ↘
    swarrow ↙ nwarrow ↖ hookrightarrow ↪ hookleftarrow ↩ rightharpoonup ⇀ leftharpoonup ↼ rightleftharpoons ⇌
    rightsquigarrow ⇝ twoheadrightarrow ↠ leadsto ⇝ therefore ∴ because ∵ lt < gt > colon :
    """
)
OPERATORS = _pairs(
    """
    pm ± mp ∓ times × div ÷ cdot · cup ∪ cap ∩ sqcup ⊔ sqcap ⊓ uplus ⊎ wedge ∧ land ∧ vee ∨ lor ∨ oplus ⊕ ominus ⊖
    otimes ⊗ oslash ⊘ odot ⊙ setminus ∖ smallsetminus ∖ backslash \\ wr ≀ amalg ⨿ ltimes ⋉ rtimes ⋊ bmod mod mod mod
    """
)
BIG = _pairs(
    """
    sum ∑ prod ∏ coprod ∐ int ∫ iint ∬ iiint ∭ oint ∮ oiint ∯ bigcup ⋃ bigcap ⋂ bigvee ⋁ bigwedge ⋀ bigoplus ⨁
    bigotimes ⨂ bigodot ⨀ bigsqcup ⨆ biguplus ⨄
    """
)
FUNCTIONS = _words(
    """
    sin cos tan cot sec csc arcsin arccos arctan sinh cosh tanh coth log ln lg exp lim limsup liminf max min sup inf
    arg argmax argmin det dim ker deg gcd lcm hom Pr tr rank span sgn sign mod diag Var Cov softmax
    """
)
DELIMITERS = _pairs(
    """
    langle ⟨ rangle ⟩ lfloor ⌊ rfloor ⌋ lceil ⌈ rceil ⌉ lvert | rvert | vert | lVert ‖ rVert ‖ Vert ‖ lbrace { rbrace }
    lbrack [ rbrack ] lparen ( rparen ) ulcorner ⌜ urcorner ⌝ llbracket ⟦ rrbracket ⟧
    """
)
ESCAPED = {"|": "‖", "{": "{", "}": "}", "$": "$", "%": "%", "&": "&", "#": "#", "_": "_", "-": ""}
SPACES = {",": " ", ";": " ", ":": " ", ">": " ", " ": " ", "!": "", "quad": "  ", "qquad": "    ", "/": ""}
SPACES |= {"thinspace": " ", "medspace": " ", "thickspace": " ", "enspace": " ", "space": " ", "hspace": " "}
# Size, style and bookkeeping: nothing to be seen on a screen of letters.
SILENT = _words(
    """
    displaystyle textstyle scriptstyle limits nolimits nonumber notag big Big bigg Bigg bigl bigr Bigl Bigr biggl
    biggr Biggl Biggr bigm Bigm middle mathstrut strut allowbreak nobreak rm bf it mathop mathrel mathbin mathord
    mathopen mathclose hfill noindent centering relax small large normalsize hline
    """
)
# What becomes its content, as it is.
PLAIN_GROUPS = _words(
    """
    mathrm mathbf mathit mathsf mathtt boldsymbol bm pmb mathnormal vphantom boxed mbox operatorname underbrace
    overbrace cancel
    """
)
TEXT_GROUPS = _words(
    """
    text textrm textbf textit texttt textsf textnormal mbox hbox emph
    """
)
# Environments whose rows are lines of a formula.
LINES = _words("aligned align alignat split gather gathered equation eqnarray multline displaymath math")
# Combining marks, and whether one stands on each letter of several.
ACCENTS: dict[str, tuple[str, bool]] = {
    "hat": ("\u0302", False),
    "widehat": ("\u0302", False),
    "tilde": ("\u0303", False),
    "widetilde": ("\u0303", False),
    "bar": ("\u0304", False),
    "overline": ("\u0305", True),
    "underline": ("\u0332", True),
    "vec": ("\u20d7", False),
    "overrightarrow": ("\u20d7", True),
    "dot": ("\u0307", False),
    "ddot": ("\u0308", False),
    "acute": ("\u0301", False),
    "grave": ("\u0300", False),
    "check": ("\u030c", False),
    "breve": ("\u0306", False),
    "mathring": ("\u030a", False),
}
SUPERSCRIPT = dict(
    zip(
        "0123456789+-=()abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVWαβγδεθιφχ′*∗∘°†⊤",
        "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂᵅᵝᵞᵟᵋᶿᶥᵠᵡ′**°°†ᵀ",
        strict=True,
    )
)
SUBSCRIPT = dict(zip("0123456789+-=(),aehijklmnoprstuvxβγρφχ", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎,ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ", strict=True))
_ROOM = {"mathbb": (0x1D538, 0x1D552, 0x1D7D8), "mathcal": (0x1D49C, 0x1D4B6, 0), "mathfrak": (0x1D504, 0x1D51E, 0)}
_ROOM["mathscr"] = _ROOM["mathcal"]
_EXCEPTIONS = {
    "mathbb": _pairs("C ℂ H ℍ N ℕ P ℙ Q ℚ R ℝ Z ℤ"),
    "mathcal": _pairs("B ℬ E ℰ F ℱ H ℋ I ℐ L ℒ M ℳ R ℛ e ℯ g ℊ o ℴ"),
    "mathfrak": _pairs("C ℭ H ℌ I ℑ R ℜ Z ℨ"),
}
_EXCEPTIONS["mathscr"] = _EXCEPTIONS["mathcal"]
ALPHABETS = frozenset(_ROOM)
# Rows of a tall bracket: above, between, in the middle, below.
BRACKETS = {
    "(": "⎛⎜⎜⎝",
    ")": "⎞⎟⎟⎠",
    "[": "⎡⎢⎢⎣",
    "]": "⎤⎥⎥⎦",
    "{": "⎧⎪⎨⎩",
    "}": "⎫⎪⎬⎭",
    "|": "││││",
    "‖": "‖‖‖‖",
    "⌊": "⎢⎢⎢⎣",
    "⌋": "⎥⎥⎥⎦",
    "⌈": "⎡⎢⎢⎢",
    "⌉": "⎤⎥⎥⎥",
    "⟨": "╱⟨⟨╲",
    "⟩": "╲⟩⟩╱",
}


def in_alphabet(alphabet: str, text: str) -> str:
    """Letters in another alphabet, such as double-struck; what it lacks stays as it is."""
    upper, lower, digit = _ROOM[alphabet]
    made = []
    for char in text:
        if char in _EXCEPTIONS[alphabet]:
            char = _EXCEPTIONS[alphabet][char]
        elif "A" <= char <= "Z":
            char = chr(upper + ord(char) - ord("A"))
        elif "a" <= char <= "z":
            char = chr(lower + ord(char) - ord("a"))
        elif digit and "0" <= char <= "9":
            char = chr(digit + ord(char) - ord("0"))
        made.append(char)
    return "".join(made)
