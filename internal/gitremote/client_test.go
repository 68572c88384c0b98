package gitremote

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/egress"
)

func kindOf(t *testing.T, err error) Kind {
	t.Helper()

	failure, ok := errors.AsType[*Error](err)
	require.True(t, ok, "%v", err)

	return failure.Kind
}

func TestListRefs_EveryVersionOfTheProtocol_SaysWhatGitSays(t *testing.T) {
	t.Parallel()

	for _, format := range []string{"sha1", "sha256"} {
		for _, version := range []string{"version=0", "version=1", "version=2"} {
			t.Run(format+" "+version, func(t *testing.T) {
				t.Parallel()

				b := setup(t, "--object-format="+format)
				first := b.commit(t)
				b.git(t, "branch", "feature/ünï")
				b.git(t, "tag", "light")
				second := b.commit(t)
				b.git(t, "tag", "--annotate", "--message", "A release", "v1")
				b.git(t, "update-ref", "refs/pull/1/head", first)
				b.speak(version)

				all := []Ref{
					{Name: "HEAD", Hash: second, Target: "refs/heads/main"},
					{Name: "refs/heads/feature/ünï", Hash: first},
					{Name: "refs/heads/main", Hash: second},
					{Name: "refs/pull/1/head", Hash: first},
					{Name: "refs/tags/light", Hash: first},
					{Name: "refs/tags/v1", Hash: b.hash(t, "v1"), Peeled: second},
				}
				require.Equal(t, all, b.list(t))
				require.Equal(t, []Ref{all[0], all[2]}, b.list(t, "HEAD", "refs/heads/main"))
				require.Equal(t, all[4:], b.list(t, "refs/tags/"))
				require.Empty(t, b.list(t, "refs/heads/none"))

				third := b.commit(t)
				require.Equal(t, []Ref{{Name: "refs/heads/main", Hash: third}}, b.list(t, "refs/heads/main"))
			})
		}
	}
}

func TestListRefs_EmptyRepository_HasNoRefAndMayNameItsBranch(t *testing.T) {
	t.Parallel()

	b := setup(t)
	require.Equal(t, []Ref{{Name: "HEAD", Target: "refs/heads/main"}}, b.list(t, "HEAD", "refs/heads/"))

	b = setup(t)
	b.speak("version=0")
	require.Empty(t, b.list(t))
}

func TestListRefs_AskedAgain_IsOneRequestOnAKeptConnection(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.commit(t)
	b.list(t, "refs/heads/main")
	require.Equal(t, []string{"GET /app/info/refs", "POST /app/git-upload-pack"}, b.asked())

	for range 3 {
		b.list(t, "refs/heads/main")
		require.Equal(t, []string{"POST /app/git-upload-pack"}, b.asked())
	}

	require.Equal(t, 1, b.connections)

	// The server closes the connection.
	b.server.CloseClientConnections()
	b.list(t, "refs/heads/main")
	require.Equal(t, []string{"POST /app/git-upload-pack"}, b.asked())
	require.Equal(t, 2, b.connections)
}

func TestListRefs_ServerThatBecameAnother_IsAskedFromTheBeginning(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.commit(t)
	b.list(t)
	b.asked()

	// A server without version 2 knows nothing of such a request.
	b.answer(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			http.Error(w, "no", http.StatusNotFound)

			return
		}

		b.backend.ServeHTTP(w, r)
	})
	b.client.known.put(b.url(), capabilities{})
	b.speak("version=0")
	require.Len(t, b.list(t), 2)
	require.Equal(t, []string{"POST /app/git-upload-pack", "GET /app/info/refs"}, b.asked())
}

func TestListRefs_Redirect_IsFollowedAsGitDoes(t *testing.T) {
	t.Parallel()

	b := setup(t)
	commit := b.commit(t)

	redirect := func(to func(r *http.Request) string) string {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, to(r), http.StatusMovedPermanently) }))
		t.Cleanup(server.Close)

		return server.URL + "/old"
	}
	ask := func(url string) ([]Ref, error) {
		return b.client.ListRefs(t.Context(), Request{URL: url, Prefixes: []string{"refs/heads/"}})
	}

	moved := redirect(func(r *http.Request) string { return b.server.URL + strings.Replace(r.URL.String(), "/old", "/app", 1) })

	for range 2 {
		refs, err := ask(moved)
		require.NoError(t, err)
		require.Equal(t, []Ref{{Name: "refs/heads/main", Hash: commit}}, refs)
	}

	for name, c := range map[string]struct {
		to   string
		kind Kind
	}{
		"to a page":             {b.server.URL + "/sign-in", NotGit},
		"to another service":    {b.server.URL + "/app/info/refs?service=git-receive-pack", NotGit},
		"to another protocol":   {"ftp://127.0.0.1/app/info/refs?service=git-upload-pack", NotAllowed},
		"to a file":             {"file:///etc/info/refs?service=git-upload-pack", NotAllowed},
		"to what is no address": {"http://%zz/", NotGit},
	} {
		_, err := ask(redirect(func(*http.Request) string { return c.to }))
		require.Equal(t, c.kind, kindOf(t, err), "%s: %v", name, err)
	}

	endless := redirect(func(r *http.Request) string { return r.URL.String() })
	_, err := ask(endless)
	require.Equal(t, NotGit, kindOf(t, err))

	// Where the request for refs is redirected, git gives up.
	b.answer(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			http.Redirect(w, r, b.url()+"/git-upload-pack", http.StatusTemporaryRedirect)

			return
		}

		b.backend.ServeHTTP(w, r)
	})

	_, err = ask(b.url())
	require.Equal(t, Unavailable, kindOf(t, err))
}

func TestListRefs_Credentials_GoToTheirOwnServerByHTTPSAlone(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.commit(t)
	credentials := &Credentials{Username: "ada", Password: "canary:of two"}

	var elsewhere []string

	other := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		elsewhere = append(elsewhere, r.Header.Get("Authorization"))
		b.backend.ServeHTTP(w, r)
	}))
	t.Cleanup(other.Close)

	private := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		username, password, ok := r.BasicAuth()
		if !ok || username != credentials.Username || password != credentials.Password {
			w.Header().Set("WWW-Authenticate", `Basic realm="canary"`)
			http.Error(w, "no", http.StatusUnauthorized)

			return
		}

		if path, ok := strings.CutPrefix(r.URL.Path, "/moved"); ok {
			http.Redirect(w, r, other.URL+path+"?"+r.URL.RawQuery, http.StatusFound)

			return
		}

		b.backend.ServeHTTP(w, r)
	}))
	t.Cleanup(private.Close)

	_, err := b.client.ListRefs(t.Context(), Request{URL: private.URL + "/app"})
	require.Equal(t, Unauthorized, kindOf(t, err))

	refs, err := b.client.ListRefs(t.Context(), Request{URL: private.URL + "/app", Credentials: credentials})
	require.NoError(t, err)
	require.Len(t, refs, 2)

	refs, err = b.client.ListRefs(t.Context(), Request{URL: private.URL + "/moved/app", Credentials: credentials})
	require.NoError(t, err)
	require.Len(t, refs, 2)
	require.Equal(t, []string{"", ""}, elsewhere)

	_, err = b.client.ListRefs(t.Context(), Request{URL: b.url(), Credentials: credentials})
	require.Equal(t, NotAllowed, kindOf(t, err))
	require.NotContains(t, err.Error(), "canary")
}

func TestListRefs_AnswersOfNoUse_AreToldApart(t *testing.T) {
	t.Parallel()

	advertisement := func(text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/x-git-upload-pack-advertisement")
			_, _ = io.WriteString(w, text)
		}
	}
	status := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "<html>canary</html>", code) }
	}
	head := strings.Repeat("a", 40) + " refs/heads/main\x00agent"

	for name, c := range map[string]struct {
		handler http.HandlerFunc
		kind    Kind
	}{
		"401":    {status(http.StatusUnauthorized), Unauthorized},
		"403":    {status(http.StatusForbidden), Forbidden},
		"404":    {status(http.StatusNotFound), NotFound},
		"410":    {status(http.StatusGone), NotFound},
		"429":    {status(http.StatusTooManyRequests), Unavailable},
		"500":    {status(http.StatusInternalServerError), Unavailable},
		"a page": {func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html>canary</html>") }, NotGit},
		"a file of a static server": {func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, strings.Repeat("a", 40)+"\trefs/heads/main\n")
		}, NotGit},
		"nothing":              {advertisement(""), Unavailable},
		"no packet":            {advertisement("<html>canary</html>"), NotGit},
		"half a packet":        {advertisement("00"), Unavailable},
		"no line":              {advertisement(packets("canary")), NotGit},
		"another service":      {advertisement(packets("# service=git-receive-pack", "")), NotGit},
		"its first line alone": {advertisement(packets("# service=git-upload-pack")), Unavailable},
		"no end":               {advertisement(packets("# service=git-upload-pack", "", head)), Unavailable},
		"a delimiter":          {advertisement(packets("# service=git-upload-pack", "", head) + "0001"), NotGit},
		"no repository":        {advertisement(packets("ERR access denied or repository not exported: /app")), NotFound},
		"an error":             {advertisement(packets("ERR upload-pack: too busy")), Unavailable},
		"no ls-refs":           {advertisement(packets("version 2", "agent=x", "")), NotGit},
		"endless capabilities": {advertisement("000eversion 2\n" + strings.Repeat(packets("x"), 1000)), TooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			b := setup(t)
			b.answer(c.handler)

			_, err := b.client.ListRefs(t.Context(), Request{URL: b.url()})
			require.Equal(t, c.kind, kindOf(t, err), "%v", err)
		})
	}
}

// packets writes lines as pkt-lines, empty ones as flush packets.
func packets(lines ...string) string {
	var text strings.Builder

	for _, line := range lines {
		if line == "" {
			text.WriteString("0000")
		} else {
			fmt.Fprintf(&text, "%04x%s\n", len(line)+5, line)
		}
	}

	return text.String()
}

func TestListRefs_AnswerWithoutEnd_IsCutOff(t *testing.T) {
	t.Parallel()

	endless := func(contentType, begin, line string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", contentType)
			_, _ = io.WriteString(w, begin)

			for {
				if _, err := io.WriteString(w, strings.Repeat(line, 100)); err != nil {
					return
				}
			}
		}
	}
	old := endless("application/x-git-upload-pack-advertisement", packets(service, ""), packets(strings.Repeat("a", 40)+" refs/heads/main"))

	b := setup(t)
	b.client.maxRefs = 1000
	b.answer(old)

	_, err := b.client.ListRefs(t.Context(), Request{URL: b.url()})
	require.Equal(t, TooLarge, kindOf(t, err))

	// Lines that nobody asked for are not counted, but read.
	b.client.maxBytes = 1 << 20
	_, err = b.client.ListRefs(t.Context(), Request{URL: b.url(), Prefixes: []string{"refs/tags/"}})
	require.Equal(t, TooLarge, kindOf(t, err))

	b = setup(t)
	b.commit(t)
	b.list(t)
	b.client.maxRefs = 1000
	b.answer(endless("application/x-git-upload-pack-result", "", packets(strings.Repeat("a", 40)+" refs/heads/main")))
	_, err = b.client.ListRefs(t.Context(), Request{URL: b.url()})
	require.Equal(t, TooLarge, kindOf(t, err))
}

func TestListRefs_ServerThatNeverAnswers_IsGivenUpWithTheContext(t *testing.T) {
	t.Parallel()

	b := setup(t)
	asked := make(chan struct{})
	b.answer(func(_ http.ResponseWriter, r *http.Request) {
		close(asked)
		<-r.Context().Done()
	})

	ctx, cancel := context.WithCancel(t.Context())

	go func() {
		<-asked
		cancel()
	}()

	_, err := b.client.ListRefs(ctx, Request{URL: b.url()})
	require.ErrorIs(t, err, context.Canceled)
}

func TestListRefs_InternalAddress_IsRefusedAlsoBehindARedirect(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.commit(t)

	b.client = New(egress.Dialer{}.KeepingTransport(0, nil), []string{"http"})
	_, err := b.client.ListRefs(t.Context(), Request{URL: b.url()})
	require.ErrorIs(t, err, egress.ErrNotPublic)
	require.Empty(t, b.asked())

	// The first server may be reached, the one that it redirects to may not.
	b.client = New(egress.Dialer{Internal: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}}.KeepingTransport(0, nil), []string{"http"})
	b.answer(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://127.0.0.2:1"+r.URL.String(), http.StatusFound)
	})
	_, err = b.client.ListRefs(t.Context(), Request{URL: b.url()})
	require.ErrorIs(t, err, egress.ErrNotPublic)
}
