"""A long answer with everything that models write in one."""

from __future__ import annotations

LONG_ANSWER = """\
# A plan for the move

Moving the **ledger** to its own process has *three* parts, and `ledger.py` is the first of them. Here is what
each one costs, and why the order matters; see [the notes](https://example.org/notes) for the long form.

## What stands

- The store writes before the request leaves, and so a crash costs nothing.
- Reservations are kept in one file:
  - one line for each, with its time
  - a second line when it is settled, which may come
    much later
- Prices are read at the start.

1. Stop the writer.
2. Copy the file:

   ```bash
   cp ledger.json ledger.old  # keep it
   ls -l
   ```

3. Start again, and look at the first lines.

   They must say the same as before.

> **Note**: nothing is deleted.
> It can be undone:
>
> - by hand
> - with `make undo`
>
> | step | undone by |
> | --- | --- |
> | copy | rm |

### The numbers

| part | before | after | what it means |
| :--- | ---: | ---: | :--- |
| start | 120 ms | 95 ms | the parser is loaded **later** |
| write | 3 ms | 3 ms | no change |
| a long one | 1,000 ms | 10 ms | it was read twice, see [below][why] |

```python
def settle(reservation: Reservation, cost: Usd) -> Usd:
    \"\"\"What is left of it.\"\"\"
    if cost > reservation.amount:
        raise BudgetExceeded(cost)

    return reservation.amount - cost
```

The sum is $E = mc^2$ at most, and in full:

$$
\\sum_{k=1}^{n} k = \\frac{n(n+1)}{2}
$$

Why is that?[^1] Because of this:
- [x] it was measured
- [ ] it was believed

A heading of another kind
-------------------------

    indented code, which models write
    from time to time

Some last words, with 日本語 and an emoji 🙂, a line  
broken by hand, and a bare address: https://example.org/path?x=1.

---

* * *

[why]: https://example.org/why "A title"
[^1]: It is a good question, with a long answer that takes
    more than one line.

Done.
"""
