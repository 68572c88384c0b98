package fakegithub

import (
	"fmt"
	"strings"
	"time"
)

// signature is who made a commit, and when.
type signature struct {
	name, email string
	at          time.Time
}

func (s signature) String() string {
	return fmt.Sprintf("%s <%s> %d +0000", s.name, s.email, s.at.Unix())
}

// commit is a commit as it is read from its object.
type commit struct {
	hash, tree, message string
	parents             []string
	author, committer   signature
}

func (s objectStore) addCommit(c commit) string {
	data := fmt.Appendf(nil, "tree %s\n", c.tree)
	for _, parent := range c.parents {
		data = fmt.Appendf(data, "parent %s\n", parent)
	}

	return s.add(commitObject, fmt.Appendf(data, "author %s\ncommitter %s\n\n%s", c.author, c.committer, c.message))
}

// commit reads a commit; false where there is none of that hash.
func (s objectStore) commit(hash string) (commit, bool) {
	o, ok := s[hash]
	if !ok || o.kind != commitObject {
		return commit{}, false
	}

	head, message, _ := strings.Cut(string(o.data), "\n\n")
	c := commit{hash: hash, message: message}

	for line := range strings.Lines(head) {
		key, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")

		switch key {
		case "tree":
			c.tree = value
		case "parent":
			c.parents = append(c.parents, value)
		case "author":
			c.author = parseSignature(value)
		case "committer":
			c.committer = parseSignature(value)
		}
	}

	return c, true
}

func parseSignature(line string) signature {
	var (
		s       signature
		seconds int64
	)

	name, rest, _ := strings.Cut(line, " <")
	email, date, _ := strings.Cut(rest, "> ")
	_, _ = fmt.Sscan(date, &seconds)
	s.name, s.email, s.at = name, email, time.Unix(seconds, 0).UTC()

	return s
}

// ancestors returns a commit and all before it, nearest first.
func (s objectStore) ancestors(hash string) []string {
	seen, queue := map[string]bool{}, []string{hash}

	var all []string

	for len(queue) > 0 {
		next := queue[0]
		queue = queue[1:]

		c, ok := s.commit(next)
		if !ok || seen[next] {
			continue
		}

		seen[next] = true
		all = append(all, next)
		queue = append(queue, c.parents...)
	}

	return all
}
