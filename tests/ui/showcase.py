"""One answer with all that Markdown can hold here, to look at and to test with."""

SHOWCASE = r"""# What an answer can hold

A paragraph with *emphasis*, **strength**, ~~a mistake~~, `code` and [a link](https://example.org/page), one by
reference: [the manual][m], and a bare one: https://example.org/a_(b). It costs $5 or $10, never more.[^1]

## Lists

- First, with a longer text that has to wrap at the edge of the column, so that the second line stands below the first
- Second
  - nested once
    - nested twice
  1. and numbered
  2. to the end

1. [x] a task that is done
2. [ ] a task that is not

> A quote of two lines,
> the second here.
>
> - with a list in it

## Tables

| Model | Price | Note |
|:------|------:|:----:|
| gemini-3.5-flash-lite | $0.30 | **cheap** |
| claude-sonnet-5.5 | $3.00 | smart, and with a very long remark that has to be folded in its cell |
| gpt-oss-120b | $0.04 | `fast` |

### One that is too wide

| Region | Requests | Median | p95 | p99 | Errors | Saturation | Deployed | By | Remark | Runbook |
|---|--:|--:|--:|--:|--:|--:|---|---|---|---|
| eu-central-1 | 1,204,551 | 18 ms | 74 ms | 210 ms | 0.02 % | 61 % | Nov 20 | pay | calm | [open](https://h.org/eu) |
| us-east-1 | 3,918,020 | 22 ms | 96 ms | 480 ms | 0.31 % | 88 % | Nov 21 | web | **look** | [open](https://h.org/us) |

## Formulas

The roots of $ax^2 + bx + c = 0$ with $a \neq 0$ are

$$
x_{1,2} = \frac{-b \pm \sqrt{b^2 - 4ac}}{2a}
$$

and for all $n \in \mathbb{N}$ the sum \(\sum_{k=1}^{n} k\) is $\frac{n(n+1)}{2}$. In a matrix, case by case and
line by line:

\[
A = \begin{pmatrix} 1 & 0 \\ 0 & \lambda_{max} \end{pmatrix}, \quad
|x| = \begin{cases} x & \text{if } x \ge 0 \\ -x & \text{else} \end{cases}
\]

```math
\begin{aligned}
\nabla \cdot \vec{E} &= \frac{\rho}{\varepsilon_0} \\
e^{i\pi} + 1 &= 0
\end{aligned}
```

## Code

```python title="plan.py"
@dataclass(frozen=True)
class Plan:
    steps: list[str]  # as SQLite says them

    def is_fast(self) -> bool:
        return any(step.startswith("SEARCH") for step in self.steps)
```

```sql
CREATE INDEX orders_open_by_day ON orders (created_at) WHERE status = 'open';
```

```ts
export const left = (limit: number, spent: number) =>
  `${(limit - spent).toFixed(2)} left`;
```

```diff
@@ -1,3 +1,3 @@
 def total(rows):
-    return sum(row.price for row in rows)
+    return sum((row.price for row in rows), Usd(0))
```

```mermaid
graph TD
    Ask --> Route{Auto?}
    Route -->|cheap| Cheap
```

---

##### Other scripts

日本語の文章は幅が二倍です。折り返しも正しくなければなりません。これは長い行です。
Emoji: 👩‍👩‍👧 ✅ 🚀, and :tada: as it is.

العربية تُكتب من اليمين إلى اليسار. עברית גם כן, in logical order.

![A cat on a keyboard](https://images.example.com/cat.png) and <kbd>HTML</kbd> as text.<br>A line of its own.

[^1]: Prices of 23 November; see [the list](https://example.org/prices).
[^2]: Nobody refers to this one.

[m]: https://docs.example.org/manual
"""
