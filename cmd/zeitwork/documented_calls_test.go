package main

import (
	"strings"
	"testing"

	"github.com/zeitwork/zeitwork/internal/secret"
)

// DocumentedCall is one call of this program in the documentation.
type DocumentedCall struct {
	// Page is the file, from the top of the repository.
	Page string
	// Text is the call without the name of the program and without comments. Words are its arguments.
	Text  string
	Words []string
}

// StartedAPI is an API of a new platform in a process of its own, with the environment of the program for commands that read its database.
type StartedAPI struct {
	URL, Token  string
	Environment []string
}

// StartAPI starts an API for a test.
func StartAPI(t *testing.T) StartedAPI {
	t.Helper()

	key := "ZEITWORK_SECRET_KEY=" + secret.GenerateKey().Encode()
	started := startCopies(t, 1, key)

	return StartedAPI{URL: started.copies[0].url, Token: started.tokens.User, Environment: []string{
		AsProgram + "=1", key, "ZEITWORK_DATABASE_URL=" + started.database.URL, "ZEITWORK_BASE_DOMAIN=apps.example.com",
	}}
}

// DocumentedCalls returns what the Markdown files call, in the order of each page.
func DocumentedCalls(t *testing.T) []DocumentedCall {
	t.Helper()

	var found []DocumentedCall

	for _, command := range documentedCommands(t) {
		for _, call := range callsIn(t, command) {
			if call[0] == "zeitwork" {
				found = append(found, DocumentedCall{Page: command.file, Text: strings.Join(call[1:], " "), Words: call[1:]})
			}
		}
	}

	return found
}
