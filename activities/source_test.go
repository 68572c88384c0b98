package activities

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/problem"
)

func TestClone_KeepsTheCommitInTheRegistry(t *testing.T) {
	t.Parallel()

	bundle := setup(t)
	repository := newRepository(t, map[string]string{"index.html": "hello", "run.sh": "#!/bin/sh\n"})
	require.NoError(t, os.Chmod(repository.path("run.sh"), 0o755))
	require.NoError(t, os.Symlink("index.html", repository.path("link")))
	commit := repository.commit("Add a page\n\nWith a body.", nil)

	result := bundle.clone(t, repository)
	require.Equal(t, commit, result.Commit)
	require.Equal(t, "Add a page\n\nWith a body.", result.Message)
	require.Equal(t, "Ada <ada@example.com>", result.Author)
	require.Positive(t, result.SizeBytes)

	tree := bundle.open(t, result)
	content, err := os.ReadFile(filepath.Join(tree.Dir, "index.html"))
	require.NoError(t, err)
	require.Equal(t, "hello", string(content))
	require.Equal(t, time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC), tree.CommitTime.UTC())

	script, err := os.Stat(filepath.Join(tree.Dir, "run.sh"))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o755), script.Mode())

	target, err := os.Readlink(filepath.Join(tree.Dir, "link"))
	require.NoError(t, err)
	require.Equal(t, "index.html", target)
	require.NoDirExists(t, filepath.Join(tree.Dir, ".git"))
}

func TestClone_SecondRunFindsTheFirst(t *testing.T) {
	t.Parallel()

	bundle := setup(t)
	repository := newRepository(t, map[string]string{"index.html": "hello"})
	first := bundle.clone(t, repository)

	// Without the repository, only what the first run left can answer.
	require.NoError(t, os.RemoveAll(repository.directory))

	request := CloneRequest{ProjectID: bundle.project, RepositoryURL: repository.url(), Branch: "main", Commit: first.Commit}
	second, err := bundle.source.Clone(t.Context(), request)
	require.NoError(t, err)
	require.Equal(t, first, second)

	kept, found, err := bundle.source.Kept(t.Context(), bundle.project, first.Commit)
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, first, kept)

	_, found, err = bundle.source.Kept(t.Context(), id.New(), first.Commit)
	require.NoError(t, err)
	require.False(t, found)
}

func TestClone_SameCommitOnAnotherWorkerIsTheSameArtifact(t *testing.T) {
	t.Parallel()

	bundle := setup(t)
	repository := newRepository(t, map[string]string{"index.html": "hello", "a/b/c.txt": strings.Repeat("text ", 100_000)})
	first := bundle.clone(t, repository)

	// Another project has no tag to find, so it is fetched and packed anew.
	bundle.project = id.New()
	require.Equal(t, first.Digest, bundle.clone(t, repository).Digest)
}

func TestClone_OverHTTPFetchesAnOlderCommit(t *testing.T) {
	t.Parallel()

	bundle := setup(t)
	repository := newRepository(t, map[string]string{"index.html": "old"})
	older := strings.TrimSpace(repository.git("rev-parse", "HEAD"))
	repository.commit("Second", map[string]string{"index.html": "new"})

	request := CloneRequest{ProjectID: bundle.project, RepositoryURL: repository.serve(), Branch: "main", Commit: older}
	result, err := bundle.source.Clone(t.Context(), request)
	require.NoError(t, err)
	require.Equal(t, "First commit", result.Message)

	content, err := os.ReadFile(filepath.Join(bundle.open(t, result).Dir, "index.html"))
	require.NoError(t, err)
	require.Equal(t, "old", string(content))
}

func TestClone_LeavesNothingOut(t *testing.T) {
	t.Parallel()

	bundle := setup(t)
	repository := newRepository(t, map[string]string{
		".gitattributes": "Dockerfile export-ignore\nversion.txt export-subst\n",
		"Dockerfile":     "FROM scratch\n",
		"version.txt":    "$Format:%H$",
	})

	tree := bundle.open(t, bundle.clone(t, repository))
	require.FileExists(t, filepath.Join(tree.Dir, "Dockerfile"))

	content, err := os.ReadFile(filepath.Join(tree.Dir, "version.txt"))
	require.NoError(t, err)
	require.Equal(t, "$Format:%H$", string(content))
}

func TestClone_RunsNothingOfTheRepository(t *testing.T) {
	t.Parallel()

	bundle := setup(t)
	repository := newRepository(t, map[string]string{"index.html": "hello", ".gitattributes": "* filter=evil\n"})
	mark := filepath.Join(t.TempDir(), "mark")
	script := "#!/bin/sh\ntouch " + mark + "\n"
	require.NoError(t, os.WriteFile(repository.path(".git", "hooks", "post-checkout"), []byte(script), 0o755))
	require.NoError(t, os.WriteFile(repository.path(".git", "hooks", "reference-transaction"), []byte(script), 0o755))
	repository.git("config", "filter.evil.smudge", "touch "+mark)
	repository.git("config", "uploadpack.packObjectsHook", "touch "+mark)

	bundle.open(t, bundle.clone(t, repository))
	require.NoFileExists(t, mark)
}

func TestClone_ExplainsWhatIsWrong(t *testing.T) {
	t.Parallel()

	repository := newRepository(t, map[string]string{"index.html": "hello"})
	served := repository.serve()
	unknown := strings.Repeat("a", 40)

	status := func(code int) string {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("WWW-Authenticate", `Basic realm="git"`)
			w.WriteHeader(code)
			_, _ = io.WriteString(w, "<html>\nA page.\n</html>\n")
		}))
		t.Cleanup(server.Close)

		return server.URL + "/owner/name"
	}

	for name, test := range map[string]struct {
		request CloneRequest
		words   []string
	}{
		"no repository on disk":     {CloneRequest{RepositoryURL: "file:///nowhere/app", Branch: "main"}, []string{"no repository at file:///nowhere/app"}},
		"no repository over HTTP":   {CloneRequest{RepositoryURL: served + "-not", Branch: "main"}, []string{"no repository at"}},
		"gone":                      {CloneRequest{RepositoryURL: status(http.StatusGone), Branch: "main"}, []string{"no repository at"}},
		"sign-in":                   {CloneRequest{RepositoryURL: status(http.StatusUnauthorized), Branch: "main"}, []string{"needs a sign-in"}},
		"forbidden":                 {CloneRequest{RepositoryURL: status(http.StatusForbidden), Branch: "main"}, []string{"may not be read"}},
		"a page, no git server":     {CloneRequest{RepositoryURL: status(http.StatusOK), Branch: "main"}, []string{"not a git server"}},
		"no branch":                 {CloneRequest{RepositoryURL: repository.url(), Branch: "feature"}, []string{"no branch feature", "Push the branch"}},
		"no commit":                 {CloneRequest{RepositoryURL: repository.url(), Branch: "main", Commit: unknown}, []string{"no commit " + unknown}},
		"no commit over HTTP":       {CloneRequest{RepositoryURL: served, Branch: "main", Commit: unknown}, []string{"no commit " + unknown}},
		"no such host":              {CloneRequest{RepositoryURL: "https://zeitwork.invalid/app", Branch: "main"}, []string{"host", "does not exist"}},
		"short commit":              {CloneRequest{RepositoryURL: repository.url(), Branch: "main", Commit: "abc1234"}, []string{"full commit hash"}},
		"option as a branch":        {CloneRequest{RepositoryURL: repository.url(), Branch: "--upload-pack=touch"}, []string{"not the name of a branch"}},
		"refspec as a branch":       {CloneRequest{RepositoryURL: repository.url(), Branch: "main:other"}, []string{"not the name of a branch"}},
		"protocol that runs things": {CloneRequest{RepositoryURL: "ext::sh -c touch% /tmp/x", Branch: "main"}, []string{"is not a URL"}},
		"protocol not allowed":      {CloneRequest{RepositoryURL: "ssh://git@example.com/app", Branch: "main"}, []string{"by ssh", "https"}},
		"scp-like address":          {CloneRequest{RepositoryURL: "git@example.com:owner/app", Branch: "main"}, []string{"is not a URL"}},
		"path":                      {CloneRequest{RepositoryURL: repository.directory, Branch: "main"}, []string{"is not a URL"}},
		"option as a URL":           {CloneRequest{RepositoryURL: "--upload-pack=touch", Branch: "main"}, []string{"is not a URL"}},
		"password in the URL":       {CloneRequest{RepositoryURL: "https://me:canary@example.com/app", Branch: "main"}, []string{"password"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			bundle := setup(t)
			test.request.ProjectID = bundle.project
			_, err := bundle.source.Clone(t.Context(), test.request)
			requireUsers(t, err, test.words...)
			require.NotContains(t, err.Error(), "canary")
			requireNoFetches(t, bundle)
		})
	}
}

func TestClone_ServerThatDoesNotAnswer_IsOurs(t *testing.T) {
	t.Parallel()

	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, listener.Close())

	broken := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }))
	t.Cleanup(broken.Close)

	for _, url := range []string{"http://" + listener.Addr().String() + "/app", broken.URL + "/app"} {
		bundle := setup(t)
		_, err = bundle.source.Clone(t.Context(), CloneRequest{ProjectID: bundle.project, RepositoryURL: url, Branch: "main"})
		require.Equal(t, problem.Unavailable, problem.CodeOf(err), "%v", err)
		require.Contains(t, problem.MessageOf(err), "does not answer")
	}
}

func TestSource_InternalAddress_IsRefusedAlikeWhateverListensThere(t *testing.T) {
	t.Parallel()

	bundle := setup(t)
	bundle.config.Internal = nil
	bundle.source = bundle.newSource(t)

	repository := newRepository(t, map[string]string{"index.html": "hello"})
	served, err := url.Parse(repository.serve())
	require.NoError(t, err)

	silent, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = silent.Close() })

	closed, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, closed.Close())

	sentences := map[string]bool{}

	for _, host := range []string{
		served.Host, silent.Addr().String(), closed.Addr().String(), strings.Replace(served.Host, "127.0.0.1", "localhost", 1),
		strings.Replace(served.Host, "127.0.0.1", "[::ffff:127.0.0.1]", 1), "169.254.169.254", "zeitwork.invalid",
	} {
		for _, scheme := range []string{"http", "https"} {
			address := scheme + "://" + host + "/app"
			_, err := bundle.source.Head(t.Context(), Remote{URL: address}, "main")
			requireUsers(t, err, "no public address", address)

			sentences[strings.ReplaceAll(problem.MessageOf(err), address, "URL")] = true

			_, err = bundle.source.Clone(t.Context(), CloneRequest{
				ProjectID: bundle.project, RepositoryURL: address, Branch: "main", Commit: strings.Repeat("a", 40),
			})
			requireUsers(t, err, "no public address", address)

			sentences[strings.ReplaceAll(problem.MessageOf(err), address, "URL")] = true
		}
	}

	require.Len(t, sentences, 1)
}

func TestSource_RedirectToAnInternalAddress_IsRefused(t *testing.T) {
	t.Parallel()

	bundle := setup(t)
	bundle.config.Internal = []netip.Prefix{netip.MustParsePrefix("127.0.0.2/32")}
	bundle.source = bundle.newSource(t)

	inside, err := url.Parse(newRepository(t, map[string]string{"index.html": "hello"}).serve())
	require.NoError(t, err)

	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.2:0")
	require.NoError(t, err)

	outside := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://"+inside.Host+r.URL.RequestURI(), http.StatusFound)
	}))
	require.NoError(t, outside.Listener.Close())

	outside.Listener = listener
	outside.Start()
	t.Cleanup(outside.Close)

	_, err = bundle.source.Head(t.Context(), Remote{URL: outside.URL + "/app"}, "main")
	requireUsers(t, err, "redirects to", "no public address")

	// The redirect works where the other address may be reached, too.
	bundle.config.Internal = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	_, err = bundle.newSource(t).Head(t.Context(), Remote{URL: outside.URL + "/app"}, "main")
	require.NoError(t, err)
}

func TestClone_TooLarge_EndsWhileItGrows(t *testing.T) {
	t.Parallel()

	noise := make([]byte, 4<<20)
	_, err := rand.Read(noise)
	require.NoError(t, err)

	for name, content := range map[string]string{"as fetched": string(noise), "as unpacked": strings.Repeat("a", 4<<20)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			bundle := setup(t)
			bundle.config.MaxBytes = 1 << 20
			bundle.source = bundle.newSource(t)

			repository := newRepository(t, map[string]string{"large": content})
			_, err := bundle.source.Clone(t.Context(), CloneRequest{ProjectID: bundle.project, RepositoryURL: repository.url(), Branch: "main"})
			requireUsers(t, err, "larger than 1 MiB")
			requireNoFetches(t, bundle)
		})
	}
}

// bomb makes a commit of a directory that holds ten others, each of which holds the same ten, and so on; one file is at the bottom of each way down, or
// nothing is.
func (r *testRepository) bomb(levels int, withFile bool) {
	r.t.Helper()

	entries := ""
	if withFile {
		entries = "100644 blob " + strings.TrimSpace(r.git("hash-object", "-w", r.path("index.html"))) + "\tfile\n"
	}

	for range levels {
		tree, same := r.makeTree(entries), &strings.Builder{}

		for number := range 10 {
			fmt.Fprintf(same, "040000 tree %s\td%d\n", tree, number)
		}

		entries = same.String()
	}

	commit := strings.TrimSpace(r.git("commit-tree", "-m", "Bomb", r.makeTree(entries)))
	r.git("update-ref", "refs/heads/main", commit)
}

func (r *testRepository) makeTree(entries string) string {
	r.t.Helper()

	command := exec.CommandContext(r.t.Context(), "git", "mktree")
	command.Dir, command.Stdin = r.directory, strings.NewReader(entries)

	output, err := command.Output()
	require.NoError(r.t, err)

	return strings.TrimSpace(string(output))
}

func TestClone_TooManyFiles_EndsWithoutListingThemAll(t *testing.T) {
	t.Parallel()

	for name, withFile := range map[string]bool{"files": true, "directories": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			bundle := setup(t)
			repository := newRepository(t, map[string]string{"index.html": "hello"})
			repository.bomb(12, withFile) // A million million.

			_, err := bundle.source.Clone(t.Context(), CloneRequest{ProjectID: bundle.project, RepositoryURL: repository.url(), Branch: "main"})
			requireUsers(t, err, "more than 250000 files and directories")
			requireNoFetches(t, bundle)
		})
	}
}

func TestClone_PathThatNoDiskTakes_IsTheUsers(t *testing.T) {
	t.Parallel()

	bundle := setup(t)
	repository := newRepository(t, map[string]string{"index.html": "hello"})
	tree := repository.makeTree("100644 blob " + strings.TrimSpace(repository.git("hash-object", "-w", repository.path("index.html"))) + "\tfile\n")

	for range 50 {
		tree = repository.makeTree("040000 tree " + tree + "\t" + strings.Repeat("d", 100) + "\n")
	}

	repository.git("update-ref", "refs/heads/main", strings.TrimSpace(repository.git("commit-tree", "-m", "Deep", tree)))

	_, err := bundle.source.Clone(t.Context(), CloneRequest{ProjectID: bundle.project, RepositoryURL: repository.url(), Branch: "main"})
	requireUsers(t, err, "a path of more than")
}

func TestClone_Cancelled_LeavesNothing(t *testing.T) {
	t.Parallel()

	asked := make(chan struct{}, 1)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, request *http.Request) {
		asked <- struct{}{}

		<-request.Context().Done()
	}))
	t.Cleanup(server.Close)

	bundle := setup(t)
	ctx, cancel := context.WithCancel(t.Context())

	go func() {
		<-asked
		cancel()
	}()

	_, err := bundle.source.Clone(ctx, CloneRequest{
		ProjectID: bundle.project, RepositoryURL: server.URL + "/app", Branch: "main", Commit: strings.Repeat("a", 40),
	})
	require.ErrorIs(t, err, context.Canceled)
	requireNoFetches(t, bundle)
}

func TestNewSource_RemovesWhatKilledWorkersLeft(t *testing.T) {
	t.Parallel()

	bundle := setup(t)
	fetches := filepath.Join(bundle.config.Directory, "fetch")

	inUse, err := newFetchDirectory(fetches)
	require.NoError(t, err)
	require.NoError(t, os.MkdirAll(filepath.Join(fetches, "abandoned", "repository"), 0o700))

	bundle.newSource(t)
	require.NoDirExists(t, filepath.Join(fetches, "abandoned"))
	require.DirExists(t, inUse.path)
	require.NoError(t, inUse.remove())
}

func TestHead_FollowsTheBranch(t *testing.T) {
	t.Parallel()

	bundle := setup(t)
	repository := newRepository(t, map[string]string{"index.html": "hello"})
	// Refs whose names end in the branch's must not be taken for it.
	repository.git("branch", "refs/heads/main", "HEAD")
	repository.git("tag", "main")
	want := repository.commit("Second", map[string]string{"index.html": "new"})

	commit, err := bundle.source.Head(t.Context(), Remote{URL: repository.url()}, "main")
	require.NoError(t, err)
	require.Equal(t, want, commit)

	_, err = bundle.source.Head(t.Context(), Remote{URL: repository.url()}, "feature")
	requireUsers(t, err, "no branch feature")
}

func TestHeads_AreAllBranchesAndNothingElse(t *testing.T) {
	t.Parallel()

	bundle := setup(t)
	repository := newRepository(t, map[string]string{"index.html": "hello"})
	first := strings.TrimSpace(repository.git("rev-parse", "HEAD"))
	repository.git("branch", "feature/x")
	repository.git("tag", "v1")
	second := repository.commit("Second", map[string]string{"index.html": "new"})

	heads, err := bundle.source.Heads(t.Context(), Remote{URL: repository.url()})
	require.NoError(t, err)
	require.Equal(t, map[string]string{"main": second, "feature/x": first}, heads)

	empty := t.TempDir()
	require.NoError(t, exec.CommandContext(t.Context(), "git", "init", "--quiet", empty).Run())

	_, err = bundle.source.Heads(t.Context(), Remote{URL: "file://" + empty})
	requireUsers(t, err, "has no branches")

	_, err = bundle.source.Heads(t.Context(), Remote{URL: "file://" + empty + "/nothing"})
	requireUsers(t, err, "There is no repository")
}

func TestBoundedBuffer_KeepsTheBeginning(t *testing.T) {
	t.Parallel()

	buffer := &boundedBuffer{limit: 4}
	written, err := buffer.Write(bytes.Repeat([]byte("a"), 6))
	require.NoError(t, err)
	require.Equal(t, 6, written)
	require.Equal(t, "aaaa", buffer.String())
}

func requireNoFetches(t *testing.T, bundle *testBundle) {
	t.Helper()

	entries, err := os.ReadDir(filepath.Join(bundle.config.Directory, "fetch"))
	require.NoError(t, err)
	require.Empty(t, entries)
}
