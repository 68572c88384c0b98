package fakegithub

import (
	"slices"
	"strings"
)

// searchRepositories finds repositories whose names hold all words of the query. Of GitHub's qualifiers it knows user:, org:, in:name and fork:true; without
// the last, forks are left out.
func searchRepositories(c *call) *answer {
	var (
		words, owners []string
		forks         bool
	)

	for word := range strings.FieldsSeq(strings.ToLower(c.r.URL.Query().Get("q"))) {
		qualifier, value, isQualifier := strings.Cut(word, ":")

		switch {
		case !isQualifier:
			words = append(words, word)
		case qualifier == "user" || qualifier == "org":
			owners = append(owners, value)
		case word == "fork:true":
			forks = true
		}
	}

	if len(words)+len(owners) == 0 {
		return unprocessable("Validation Failed")
	}

	var all []*repository

	for _, r := range c.repositories {
		name := strings.ToLower(r.name)
		lacks := func(word string) bool { return !strings.Contains(name, word) }

		if c.sees(r) && !slices.ContainsFunc(words, lacks) && (forks || r.parent == nil) &&
			(len(owners) == 0 || slices.Contains(owners, strings.ToLower(r.owner.login))) {
			all = append(all, r)
		}
	}

	slices.SortFunc(all, func(a, b *repository) int { return strings.Compare(a.fullName(), b.fullName()) })

	return page(c, all, func(part []*repository) any {
		items := c.repositoriesJSON(part)
		for n := range items {
			items[n]["score"] = 1
		}

		return object{"total_count": len(all), "incomplete_results": false, "items": items}
	})
}
