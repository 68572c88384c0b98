package fakegithub

import (
	"fmt"
	"slices"
	"strconv"
	"time"
)

// comment is one on a pull request. There are no issues, only pull requests, which GitHub counts as issues.
type comment struct {
	id               int64
	number           int64
	body             string
	user             *account
	app              *app
	created, updated time.Time
}

// longestComment is how many bytes a comment may have.
const longestComment = 65536

// Comment has a user write a comment on a pull request.
func (s *Server) Comment(repository, number int64, user, body string) {
	s.locked(func() {
		r := s.repository(repository)
		r.comments = append(r.comments, &comment{
			id: s.newID(), number: number, body: body, user: s.account(user), created: s.now(), updated: s.now(),
		})
	})
}

// Comments returns the bodies of the comments on a pull request, the oldest first.
func (s *Server) Comments(repository, number int64) (bodies []string) {
	s.locked(func() {
		for _, one := range s.repository(repository).commentsOn(number) {
			bodies = append(bodies, one.body)
		}
	})

	return bodies
}

func (r *repository) commentsOn(number int64) []*comment {
	return slices.DeleteFunc(slices.Clone(r.comments), func(one *comment) bool { return one.number != number })
}

func (c *call) commentJSON(r *repository, one *comment) object {
	issue := r.api(c.base) + "/issues/" + strconv.FormatInt(one.number, 10)
	api := r.api(c.base) + "/issues/comments/" + strconv.FormatInt(one.id, 10)

	described := object{
		"id": one.id, "node_id": nodeID(commentNode, one.id), "url": api, "issue_url": issue, "body": one.body, "user": one.user.simple(c.base),
		"html_url": fmt.Sprintf("%s/%s/pull/%d#issuecomment-%d", c.base, r.fullName(), one.number, one.id), "created_at": stamp(one.created),
		"updated_at": stamp(one.updated), "author_association": one.user.association(r), "performed_via_github_app": nil,
	}
	if one.app != nil {
		described["performed_via_github_app"] = one.app.json(c.base)
	}

	return described
}

func listComments(c *call, r *repository) *answer {
	number := c.number("issue_number")
	if number < 1 || number > int64(len(r.pulls)) {
		return notFound()
	}

	return page(c, r.commentsOn(number), func(part []*comment) any {
		described := make([]object, len(part))
		for n, one := range part {
			described[n] = c.commentJSON(r, one)
		}

		return described
	})
}

func (c *call) readComment() (string, *answer) {
	wanted := struct{ Body string }{}

	switch {
	case !c.read(&wanted):
		return "", problemsParsing()
	case wanted.Body == "" || len(wanted.Body) > longestComment:
		return "", unprocessable("Validation Failed")
	}

	return wanted.Body, nil
}

func createComment(c *call, r *repository) *answer {
	number := c.number("issue_number")
	if number < 1 || number > int64(len(r.pulls)) {
		return notFound()
	}

	body, refused := c.readComment()
	if refused != nil {
		return refused
	}

	one := &comment{id: c.newID(), number: number, body: body, user: c.caller(), created: c.now(), updated: c.now()}
	if c.token.installation != nil {
		one.app = c.token.installation.app
	}

	r.comments = append(r.comments, one)

	return created(c.commentJSON(r, one))
}

// ofComment answers for the comment that the path names.
func (c *call) ofComment(r *repository, handle func(one *comment) *answer) *answer {
	index := slices.IndexFunc(r.comments, func(one *comment) bool { return one.id == c.number("comment_id") })
	if index < 0 {
		return notFound()
	}

	return handle(r.comments[index])
}

func getComment(c *call, r *repository) *answer {
	return c.ofComment(r, func(one *comment) *answer { return ok(c.commentJSON(r, one)) })
}

// updateComment changes a comment. An app may change its own alone.
func updateComment(c *call, r *repository) *answer {
	return c.ofComment(r, func(one *comment) *answer {
		if one.user != c.caller() {
			return notAccessible()
		}

		body, refused := c.readComment()
		if refused != nil {
			return refused
		}

		one.body, one.updated = body, c.now()

		return ok(c.commentJSON(r, one))
	})
}

func deleteComment(c *call, r *repository) *answer {
	return c.ofComment(r, func(one *comment) *answer {
		if one.user != c.caller() {
			return notAccessible()
		}

		r.comments = slices.DeleteFunc(r.comments, func(other *comment) bool { return other == one })

		return noContent()
	})
}
