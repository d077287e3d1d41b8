"""The figures a rescue centre is judged by: which there are, of which span, read from the cases, and as files.

    figures   every figure, once: its name, what it means, how it is headed in both languages
    span      from when to when, as people write it
    kpi       the figures of a span, by groups, as one reading of the database
    sheet     a grouping as a table of cells
    files     such tables as CSV and as a workbook

What each figure counts is decided in store/queries/reports.sql and told in docs/reports.md. Nothing here knows a
person's name or number: a report is about cases, lifts and companies.
"""
