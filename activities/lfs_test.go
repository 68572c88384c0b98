package activities

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/problem"
)

// lfsServer is a git server that also speaks Git LFS.
type lfsServer struct {
	*httptest.Server

	objects map[string]string
	batches atomic.Int32
	// answer, where it is set, answers in place of the server.
	answer func(w http.ResponseWriter, r *http.Request) bool
	// host is where downloads are to be had; empty for the server itself.
	host string
}

func newLFSServer(t *testing.T, repository *testRepository, contents ...string) *lfsServer {
	t.Helper()

	git, err := url.Parse(repository.serve())
	require.NoError(t, err)

	server := &lfsServer{objects: map[string]string{}}
	for _, content := range contents {
		server.objects[hashOf(content)] = content
	}

	mux := http.NewServeMux()
	mux.HandleFunc("POST /app.git/info/lfs/objects/batch", server.batch)
	mux.HandleFunc("GET /object/{id}", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Grant") != "yes" {
			w.WriteHeader(http.StatusForbidden)

			return
		}

		_, _ = io.WriteString(w, server.objects[r.PathValue("id")])
	})
	server.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case server.answer != nil && server.answer(w, r):
		case strings.Contains(r.URL.Path, "/info/lfs/") || strings.HasPrefix(r.URL.Path, "/object/"):
			mux.ServeHTTP(w, r)
		default:
			http.Redirect(w, r, "http://"+git.Host+r.URL.RequestURI(), http.StatusTemporaryRedirect)
		}
	}))
	t.Cleanup(server.Close)

	return server
}

func hashOf(content string) string {
	hash := sha256.Sum256([]byte(content))

	return hex.EncodeToString(hash[:])
}

func (s *lfsServer) batch(w http.ResponseWriter, r *http.Request) {
	s.batches.Add(1)

	var request struct {
		Operation string `json:"operation"`
		Objects   []struct {
			Object string `json:"oid"`
			Size   int    `json:"size"`
		} `json:"objects"`
	}

	if err := json.NewDecoder(r.Body).Decode(&request); err != nil || request.Operation != "download" || r.Header.Get("Accept") != lfsMediaType {
		w.WriteHeader(http.StatusUnprocessableEntity)

		return
	}

	host := s.host
	if host == "" {
		host = s.URL
	}

	objects := []map[string]any{}

	for _, asked := range request.Objects {
		object := map[string]any{"oid": asked.Object, "size": asked.Size}
		if _, ok := s.objects[asked.Object]; ok {
			object["actions"] = map[string]any{"download": map[string]any{"href": host + "/object/" + asked.Object, "header": map[string]string{"X-Grant": "yes"}}}
		} else {
			object["error"] = map[string]any{"code": http.StatusNotFound, "message": "not here"}
		}

		objects = append(objects, object)
	}

	w.Header().Set("Content-Type", lfsMediaType)

	encoded, _ := json.Marshal(map[string]any{"transfer": "basic", "objects": objects}) //nolint:errchkjson // Strings and numbers.
	_, _ = w.Write(encoded)
}

func pointerTo(content string) string {
	return fmt.Sprintf("version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize %d\n", hashOf(content), len(content))
}

const lfsAttributes = "*.png filter=lfs diff=lfs merge=lfs -text\n"

func TestClone_FilesInLFS_AreFetched(t *testing.T) {
	t.Parallel()

	files := map[string]string{".gitattributes": lfsAttributes, "index.html": "page", "logo.png": pointerTo("the logo"), "again/logo.png": pointerTo("the logo")}
	contents := append(make([]string, 0, 1+lfsBatch), "the logo")

	// More than fit into one batch.
	for number := range lfsBatch {
		content := fmt.Sprintf("image %d %s", number, strings.Repeat("x", 1000*number))
		files[fmt.Sprintf("images/%d.png", number)], contents = pointerTo(content), append(contents, content)
	}

	repository := newRepository(t, files)
	server := newLFSServer(t, repository, contents...)

	for _, address := range []string{server.URL + "/app", server.URL + "/app.git", server.URL + "/app/", server.URL + "/renamed"} {
		bundle := setup(t)
		server.batches.Store(0)

		// git-http-backend knows the repository by one of these names alone.
		server.answer = func(w http.ResponseWriter, r *http.Request) bool {
			if rest, ok := strings.CutPrefix(r.URL.RequestURI(), "/renamed"); ok {
				http.Redirect(w, r, "/app"+rest, http.StatusMovedPermanently)

				return true
			}

			rest, ok := strings.CutPrefix(r.URL.RequestURI(), "/app.git/")
			if !ok || strings.HasPrefix(rest, "info/lfs") {
				return false
			}

			http.Redirect(w, r, "/app/"+rest, http.StatusTemporaryRedirect)

			return true
		}

		result, err := bundle.source.Clone(t.Context(), CloneRequest{ProjectID: bundle.project, RepositoryURL: address, Branch: "main"})
		require.NoError(t, err)
		require.Empty(t, result.Missing)
		require.EqualValues(t, 2, server.batches.Load())

		tree := bundle.open(t, result)
		require.Equal(t, "the logo", read(t, tree, "logo.png"))
		require.Equal(t, "the logo", read(t, tree, "again/logo.png"))
		require.Equal(t, contents[lfsBatch], read(t, tree, fmt.Sprintf("images/%d.png", lfsBatch-1)))
		require.Equal(t, "page", read(t, tree, "index.html"))
	}
}

func read(t *testing.T, tree *Tree, name string) string {
	t.Helper()

	content, err := os.ReadFile(filepath.Join(tree.Dir, name))
	require.NoError(t, err)

	return string(content)
}

func TestClone_LFSThatCannotBeFetched_IsTold(t *testing.T) {
	t.Parallel()

	status := func(code int) func(http.ResponseWriter, *http.Request) bool {
		return func(w http.ResponseWriter, r *http.Request) bool {
			if !strings.Contains(r.URL.Path, "/info/lfs/") {
				return false
			}

			w.WriteHeader(code)

			return true
		}
	}

	for name, test := range map[string]struct {
		files  map[string]string
		answer func(http.ResponseWriter, *http.Request) bool
		host   string
		object string
		words  []string
	}{
		"no LFS":          {answer: status(http.StatusNotFound), words: []string{"logo.png", "does not speak Git LFS"}},
		"a page":          {answer: status(http.StatusOK), words: []string{"does not speak Git LFS"}},
		"sign-in":         {answer: status(http.StatusUnauthorized), words: []string{"asks for a sign-in"}},
		"not pushed":      {words: []string{"does not have it", "git lfs push"}},
		"something else":  {object: "the logy", words: []string{"does not have it"}},
		"too much":        {object: "the logo and more", words: []string{"does not have it"}},
		"internal":        {object: "the logo", host: "http://127.0.0.2:1", words: []string{"no public address"}},
		"local file":      {object: "the logo", host: "file:///etc/passwd", words: []string{"does not speak Git LFS"}},
		"internal server": {files: map[string]string{".lfsconfig": "[lfs]\n\turl = http://169.254.169.254/latest\n"}, words: []string{"no public address"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			bundle := setup(t)
			bundle.config.Internal = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}
			bundle.source = bundle.newSource(t)

			repository := newRepository(t, map[string]string{".gitattributes": lfsAttributes, "logo.png": pointerTo("the logo")})
			repository.commit("More", test.files)

			server := newLFSServer(t, repository)
			server.answer, server.host = test.answer, test.host

			if test.object != "" {
				server.objects[hashOf("the logo")] = test.object
			}

			request := CloneRequest{ProjectID: bundle.project, RepositoryURL: server.URL + "/app", Branch: "main"}
			result, err := bundle.source.Clone(t.Context(), request)
			require.NoError(t, err)
			require.Len(t, result.Missing, 1)

			for _, word := range append(test.words, "logo.png", "pointer") {
				require.Contains(t, result.Missing[0], word)
			}

			require.Equal(t, pointerTo("the logo"), read(t, bundle.open(t, result), "logo.png"))

			// Files that were missing may have been uploaded by the next deployment.
			if test.files == nil {
				server.answer, server.host, server.objects[hashOf("the logo")] = nil, "", "the logo"
				result, err = bundle.source.Clone(t.Context(), request)
				require.NoError(t, err)
				require.Empty(t, result.Missing)
				require.Equal(t, "the logo", read(t, bundle.open(t, result), "logo.png"))
			}
		})
	}
}

func TestClone_LFSServerThatIsNotWell_IsOurs(t *testing.T) {
	t.Parallel()

	bundle := setup(t)
	repository := newRepository(t, map[string]string{".gitattributes": lfsAttributes, "logo.png": pointerTo("the logo")})
	server := newLFSServer(t, repository, "the logo")

	for _, path := range []string{"/info/lfs/", "/object/"} {
		server.answer = func(w http.ResponseWriter, r *http.Request) bool {
			if strings.Contains(r.URL.Path, path) {
				w.WriteHeader(http.StatusBadGateway)
			}

			return strings.Contains(r.URL.Path, path)
		}

		_, err := bundle.source.Clone(t.Context(), CloneRequest{ProjectID: bundle.project, RepositoryURL: server.URL + "/app", Branch: "main"})
		require.Equal(t, problem.Unavailable, problem.CodeOf(err), "%v", err)
		require.Contains(t, problem.MessageOf(err), "Git LFS")
	}

	requireNoFetches(t, bundle)
}

func TestClone_LFSBeyondTheLimit_IsTheUsers(t *testing.T) {
	t.Parallel()

	bundle := setup(t)
	bundle.config.MaxBytes = 1 << 20
	bundle.source = bundle.newSource(t)

	content := strings.Repeat("x", 2<<20)
	repository := newRepository(t, map[string]string{".gitattributes": lfsAttributes, "logo.png": pointerTo(content)})
	server := newLFSServer(t, repository, content)

	_, err := bundle.source.Clone(t.Context(), CloneRequest{ProjectID: bundle.project, RepositoryURL: server.URL + "/app", Branch: "main"})
	requireUsers(t, err, "larger than 1 MiB")
	require.Zero(t, server.batches.Load())
}

func TestClone_PointersThatLieAboutSizes_AreNotBelieved(t *testing.T) {
	t.Parallel()

	lie := func(size string) string {
		return "version https://git-lfs.github.com/spec/v1\noid sha256:" + hashOf("the logo") + "\nsize " + size + "\n"
	}

	for name, test := range map[string]struct {
		sizes   []string
		tooMuch bool
	}{
		"sum that overflows":         {[]string{"9223372036854775807", "9223372036854775807"}, true},
		"large for the second":       {[]string{"8", "4611686018427387904"}, true},
		"another one for the second": {[]string{"8", "9"}, false},
		"shorter":                    {[]string{"7"}, false},
		"longer":                     {[]string{"9"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			bundle := setup(t)
			files := map[string]string{".gitattributes": lfsAttributes}

			for number, size := range test.sizes {
				files[fmt.Sprintf("%d.png", number)] = lie(size)
			}

			server := newLFSServer(t, newRepository(t, files), "the logo")
			result, err := bundle.source.Clone(t.Context(), CloneRequest{ProjectID: bundle.project, RepositoryURL: server.URL + "/app", Branch: "main"})

			if test.tooMuch {
				requireUsers(t, err, "is larger than")

				return
			}

			require.NoError(t, err)
			require.Len(t, result.Missing, 1)

			last := len(test.sizes) - 1
			require.Equal(t, lie(test.sizes[last]), read(t, bundle.open(t, result), fmt.Sprintf("%d.png", last)))
		})
	}
}

func TestClone_PointersOutsideOfLFS_AreFilesLikeOthers(t *testing.T) {
	t.Parallel()

	bundle := setup(t)
	result := bundle.clone(t, newRepository(t, map[string]string{".gitattributes": "*.sh text eol=lf\n", "docs/pointer.txt": pointerTo("x")}))
	require.Empty(t, result.Missing)
	require.Equal(t, pointerTo("x"), read(t, bundle.open(t, result), "docs/pointer.txt"))
}

func TestClone_Submodule_IsToldAndEmpty(t *testing.T) {
	t.Parallel()

	bundle := setup(t)
	repository := newRepository(t, map[string]string{"index.html": "page", ".gitmodules": "[submodule \"theme\"]\n\tpath = theme\n\turl = https://example.com/theme\n"})
	repository.git("update-index", "--add", "--cacheinfo", "160000,"+strings.Repeat("a", 40)+",theme")
	repository.git("commit", "--quiet", "--message", "Theme")

	for range 2 { // Also where the source is in the registry already.
		result := bundle.clone(t, repository)
		require.Len(t, result.Missing, 1)
		require.Contains(t, result.Missing[0], "The directory theme is empty: it is a submodule")

		entries, err := os.ReadDir(filepath.Join(bundle.open(t, result).Dir, "theme"))
		require.NoError(t, err)
		require.Empty(t, entries)
	}
}
