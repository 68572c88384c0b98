package api

import (
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCookies_AreBoundToTheHostWhereTheAPIIsHTTPS(t *testing.T) {
	t.Parallel()

	secure := Config{}
	secure.PublicURL = url.URL{Scheme: "https", Host: "api.example.com"}
	// The edge's scheme is of no matter: apps may be reached otherwise than the API.
	secure.EdgeURL = url.URL{Scheme: "http", Host: "apps.example.com"}

	require.Equal(t, "__Host-zeitwork=x; Path=/; Max-Age=600; HttpOnly; Secure; SameSite=Lax", secure.cookie("zeitwork", "x", flowLifetime).String())

	plain := Config{Listen: "0.0.0.0:8000"}
	plain.EdgeURL = url.URL{Scheme: "https", Host: "apps.example.com"}

	require.Equal(t, "zeitwork=x; Path=/; Max-Age=600; HttpOnly; SameSite=Lax", plain.cookie("zeitwork", "x", flowLifetime).String())
	require.Equal(t, "http://127.0.0.1:8000/sign-in", plain.at("/sign-in"))
}

func TestNew_PublicURLThatIsNoneOfAHost_IsRefused(t *testing.T) {
	t.Parallel()

	for text, ok := range map[string]bool{
		"": true, "https://api.example.com": true, "http://127.0.0.1:8000/": true,
		"api.example.com": false, "https://api.example.com/zeitwork": false, "ftp://api.example.com": false, "https://ada@api.example.com": false, "//api.example.com": false,
	} {
		parsed, err := url.Parse(text)
		require.NoError(t, err)

		config := Config{}
		config.PublicURL = *parsed
		require.Equal(t, ok, config.checkAddress() == nil, "%q", text)
	}
}

func TestLocalPath_LeadsNowhereElse(t *testing.T) {
	t.Parallel()

	for _, path := range []string{"/", "/account", "/device?user_code=BCDF-GHJK", "/river/jobs?state=running#x", "/a//b", "/?next=https://evil.example"} {
		require.Equal(t, path, localPath(path))
	}

	for _, path := range []string{
		"", "account", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "https://evil.example", "https:evil.example", "javascript:alert(1)",
		"/\t/evil.example", "/\n/evil.example", " /evil", "/%zz", "/..\\evil", "http:/evil.example", "/\x7f/evil",
	} {
		require.Equal(t, "/", localPath(path), "%q", path)
	}
}
