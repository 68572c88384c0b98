package main

import (
	"strings"
	"testing"
)

// DocumentedCall is one call of this program in the documentation.
type DocumentedCall struct {
	// Page is the file, from the top of the repository.
	Page string
	// Text is the call without the name of the program and without comments. Words are its arguments.
	Text  string
	Words []string
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
