"""The query language of alerts, and the matcher that holds all of them against each post. Knows no Django.

    query = parse("brand AND (school OR plein) -oefening")     # parsing; or QueryError (errors), at a character
    matcher = Matcher({7: query}, rarity=Rarity(documents(sample)))          # matcher, breadth, posts
    matcher.put(8, parse('"jan de vries"')); matcher.drop(7)    # in effect for the next post
    for key, clause in matcher.match(Post("Volgens Jan de Vries", lang="nl")).items(): ...
    parse('"jan de vries"').worded(clause)                      # what it was found by; ``span`` says where that stands

``match_many`` takes some hundreds of posts at once, which is quickest. When ``matcher.changed`` has reached
``MERGE_FROM``, call ``matcher.merge()`` in a thread of its own; matching goes on. After making a large matcher,
``gc.freeze()`` keeps Python from looking through it time and again.

For a preview ``required`` (breadth) gives pieces to look for in stored documents, and ``query.first`` decides for one
post. Stored documents are good as long as ``FOLDING`` (folding) is what it was.
"""
