package api

import "net/http"

// githubPage is a page on the way to GitHub and back.
type githubPage struct {
	Heading string
	// Texts are paragraphs.
	Texts []string
	Forms []pageForm
	Links []pageLink
}

// pageForm is a form with one button.
type pageForm struct {
	Method, Action string
	// Fields are sent as they are.
	Fields map[string]string
	Inputs []pageInput
	Button string
	// IsMain tells the button that most people want.
	IsMain bool
}

// pageInput is a line to write into.
type pageInput struct {
	Name, Label, Value string
	IsNeeded           bool
}

type pageLink struct{ Address, Text string }

// showGitHub answers with a page on the way to GitHub and back.
func (s *service) showGitHub(writer http.ResponseWriter, request *http.Request, shown githubPage) {
	s.showPage(writer, request, http.StatusOK, "github", webPage{Title: shown.Heading, Data: shown})
}
