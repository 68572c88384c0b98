package main_test

import (
	"bytes"
	"context"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
	program "github.com/zeitwork/zeitwork/cmd/zeitwork"
	"github.com/zeitwork/zeitwork/internal/id"
)

// sayTime is how long a command may take to say what it is to say.
const sayTime = 30 * time.Second

// reader is somebody who reads pages of the documentation and types their commands, one after the other, for this platform.
type reader struct {
	*platform

	// home keeps what the command line remembers.
	home string
	// repository is where the commands are typed, in its folder.
	repository *repository
	// project is the slug of the one that the pages call shop. domain stands for example.com, and deployment for the one that a page names by its id.
	project, domain, deployment string
	// environment has settings that the program reads.
	environment []string
	// commit is what a page has somebody look at.
	commit string
	// github is the same reader with a project of a repository on GitHub, once a page has needed one.
	github *readerOfGitHub
}

func newReader(t *testing.T) *reader {
	t.Helper()

	return &reader{platform: startPlatform(t), home: t.TempDir(), domain: id.New().String()[24:] + ".example"}
}

// reads has the reader type the commands of a page.
func (r *reader) reads(t *testing.T, page page, calls []program.DocumentedCall) {
	t.Helper()

	if page.before != nil {
		page.before(t, r)
	}

	for _, call := range callsOf(calls, page.name) {
		if command := page.commands[call.Text]; command.elsewhere == "" {
			r.types(t, call, command)
		}
	}
}

// types runs one command and requires what the table has of it.
func (r *reader) types(t *testing.T, call program.DocumentedCall, command shown) {
	t.Helper()

	if command.by != nil {
		r = command.by(t, r)
	}

	if command.before != nil {
		command.before(t, r)
	}

	words := lo.FlatMap(slices.Concat(call.Words, command.plus), func(word string, _ int) []string { return r.asTyped(word) })
	written, code := r.run(t, words, command)

	if command.late {
		for end := time.Now().Add(sayTime); !strings.Contains(written, command.says) && time.Now().Before(end); {
			written, code = r.run(t, words, command)
		}
	}

	require.Zero(t, code, "%s: zeitwork %s\n%s", call.Page, strings.Join(words, " "), written)
	require.Contains(t, written, command.says, "%s: zeitwork %s", call.Page, strings.Join(words, " "))

	if command.after != nil {
		command.after(t, r, written)
	}
}

// asTyped returns what somebody types in the place of a word of a page: one word, nearly always.
func (r *reader) asTyped(word string) []string {
	switch {
	case word == "shop" || word == "SLUG":
		return []string{r.project}
	case word == "0199c0de-0000-7000-8000-000000000000":
		return []string{r.deployment}
	case word == "https://zeitwork.example.com" || word == "http://127.0.0.1:8000":
		return []string{r.apiURL}
	case strings.HasSuffix(word, "example.com"):
		return []string{strings.TrimSuffix(word, "example.com") + r.domain}
	case word == "pr-12":
		return []string{"pr-1"}
	case word == "COMMIT":
		return []string{r.commit}
	// The platform has one region.
	case word == "eu=2":
		return []string{"local=2"}
	case word == "us=1":
		return nil
	default:
		return []string{word}
	}
}

// run runs the program in the reader's folder and returns what it has written and how it ended. With -f it is interrupted when it has said what it is to say.
func (r *reader) run(t *testing.T, words []string, expected shown) (written string, code int) {
	t.Helper()

	ctx, cancel := context.WithTimeout(t.Context(), deployTime)
	defer cancel()

	output := &transcript{word: expected.says, said: make(chan struct{})}

	command := exec.CommandContext(ctx, r.binary, words...)
	command.Env = append(slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "ZEITWORK_") }), "XDG_CONFIG_HOME="+r.home)
	command.Env = append(command.Env, r.environment...)
	command.Dir, command.Stdin = r.repository.Dir, strings.NewReader(lo.Ternary(expected.typesToken, r.token+"\n", expected.types))
	command.Stdout, command.Stderr = output, output
	require.NoError(t, command.Start())

	if slices.Contains(words, "-f") {
		select {
		case <-output.said:
		case <-time.After(sayTime):
		}

		require.NoError(t, command.Process.Signal(os.Interrupt))
	}

	_ = command.Wait() // The code tells.

	return output.String(), command.ProcessState.ExitCode()
}

// transcript is what a command writes. Said is closed when that has the word.
type transcript struct {
	word string
	said chan struct{}

	mutex   sync.Mutex
	written bytes.Buffer
	closed  bool
}

func (w *transcript) Write(text []byte) (int, error) {
	w.mutex.Lock()
	defer w.mutex.Unlock()

	w.written.Write(text)

	if !w.closed && bytes.Contains(w.written.Bytes(), []byte(w.word)) {
		w.closed = true
		close(w.said)
	}

	return len(text), nil
}

func (w *transcript) String() string {
	w.mutex.Lock()
	defer w.mutex.Unlock()

	return w.written.String()
}

// opens has the reader stand in a new repository of an app. Whatever project is made of it ends with the test.
func (r *reader) opens(t *testing.T, files app) {
	t.Helper()

	r.repository = newRepository(t, files)
	r.project = filepath.Base(r.repository.Dir)
	slug := r.project

	t.Cleanup(func() {
		page, err := r.client.ListProjectsWithResponse(context.WithoutCancel(t.Context()), &client.ListProjectsParams{Slug: &slug})
		require.NoError(t, err)
		require.NotNil(t, page.JSON200, "%s", page.Body)

		for _, project := range page.JSON200.Items {
			_, err := r.client.DeleteProjectWithResponse(context.WithoutCancel(t.Context()), project.ID, &client.DeleteProjectParams{ForGood: new(true)})
			require.NoError(t, err)
		}
	})
}

// found is the project that the pages call shop.
func (r *reader) found(t *testing.T) client.Project {
	t.Helper()

	page, err := r.client.ListProjectsWithResponse(t.Context(), &client.ListProjectsParams{Slug: &r.project})
	require.NoError(t, err)
	require.NotNil(t, page.JSON200, "%s", page.Body)
	require.Len(t, page.JSON200.Items, 1)

	return page.JSON200.Items[0]
}

// does runs a command that the page has not.
func (r *reader) does(t *testing.T, words ...string) string {
	t.Helper()

	written, code := r.run(t, words, shown{})
	require.Zero(t, code, "zeitwork %s\n%s", strings.Join(words, " "), written)

	return written
}

// git runs git in the reader's folder.
func (r *reader) git(t *testing.T, words ...string) {
	t.Helper()

	command := exec.CommandContext(t.Context(), "git", append([]string{"-C", r.repository.Dir}, words...)...)
	written, err := command.CombinedOutput()
	require.NoError(t, err, "git %s\n%s", strings.Join(words, " "), written)
}

// visits asks the reader's app for a path.
func (r *reader) visits(t *testing.T, path string, status int) {
	t.Helper()

	project := r.found(t)

	require.Eventually(t, func() bool {
		answer, err := r.get(t.Context(), project, path)

		return err == nil && answer.Status == status
	}, sayTime, 20*time.Millisecond, "%s does not answer with %s", path, http.StatusText(status))
}
