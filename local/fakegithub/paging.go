package fakegithub

import (
	"fmt"
	"strconv"
	"strings"
)

const (
	defaultPage  = 30
	largestPages = 100
)

// page returns the part of a list that the request asks for, with links to the others in the answer's header.
func page[T any](c *call, all []T, form func(part []T) any) *answer {
	query := c.r.URL.Query()

	size, err := strconv.Atoi(query.Get("per_page"))
	if err != nil || size < 1 {
		size = defaultPage
	}

	size = min(size, largestPages)

	number, err := strconv.Atoi(query.Get("page"))
	if err != nil || number < 1 {
		number = 1
	}

	last := max((len(all)+size-1)/size, 1)
	from := min((number-1)*size, len(all))
	a := ok(form(all[from:min(from+size, len(all))]))

	var links []string

	link := func(to int, relation string) {
		query.Set("page", strconv.Itoa(to))
		query.Set("per_page", strconv.Itoa(size))
		links = append(links, fmt.Sprintf(`<%s%s?%s>; rel="%s"`, c.base, c.r.URL.EscapedPath(), query.Encode(), relation))
	}

	if number > 1 {
		link(number-1, "prev")
		link(1, "first")
	}

	if number < last {
		link(number+1, "next")
		link(last, "last")
	}

	if len(links) > 0 {
		a.with("Link", strings.Join(links, ", "))
	}

	return a
}
