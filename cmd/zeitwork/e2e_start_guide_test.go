package main_test

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"
)

// TestStartGuide_EachOfItsCommands_DoesWhatItSays runs the commands of docs/start.md for users, in their order, as somebody would who has just got a platform.
func TestStartGuide_EachOfItsCommands_DoesWhatItSays(t *testing.T) {
	t.Parallel()

	p := startPlatform(t)
	repository := newRepository(t, serving("from the guide"))
	home := t.TempDir()

	// What each of them is to say.
	says := map[string]string{
		"login": "Signed in", "detect": "Dockerfile", "deploy": "http://", "open": "http://", "logs": "listening on", "status": "1 healthy", "deployments": "live",
	}

	commands := guideCommands(t)
	require.ElementsMatch(t, lo.Keys(says), lo.Uniq(lo.Map(commands, func(words []string, _ int) string { return words[0] })), "the commands of the guide")

	for _, words := range commands {
		command := exec.CommandContext(t.Context(), p.binary, p.asTyped(words)...)
		command.Env = append(slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "ZEITWORK_") }), "XDG_CONFIG_HOME="+home)
		command.Dir = repository.Dir
		command.Stdin = strings.NewReader(lo.Ternary(words[0] == "login", p.token+"\n", ""))

		var output bytes.Buffer

		command.Stdout, command.Stderr = io.Writer(&output), io.Writer(&output)
		require.NoError(t, command.Run(), "zeitwork %s: %s", strings.Join(words, " "), &output)
		require.Contains(t, output.String(), says[words[0]], "zeitwork %s", strings.Join(words, " "))
	}
}

// asTyped returns the words of a command as somebody would type them for this platform: with its address, with the answer yes, and without what goes on until
// Ctrl-C.
func (p *platform) asTyped(words []string) []string {
	words = slices.DeleteFunc(slices.Clone(words), func(word string) bool { return word == "-f" })

	for i, word := range words {
		if strings.HasPrefix(word, "http") {
			words[i] = p.apiURL
		}
	}

	if words[0] == "deploy" {
		words = append(words, "--yes")
	}

	return words
}

// guideCommands returns the words of each command `zeitwork …` in the guide's blocks.
func guideCommands(t *testing.T) [][]string {
	t.Helper()

	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "start.md"))
	require.NoError(t, err)

	var commands [][]string

	for _, block := range regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(string(text), -1) {
		for line := range strings.Lines(block[1]) {
			line, _, _ = strings.Cut(line, "#")
			if words := strings.Fields(line); len(words) > 1 && words[0] == "zeitwork" {
				commands = append(commands, words[1:])
			}
		}
	}

	return commands
}
