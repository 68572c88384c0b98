package cli

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPlatformURL_HasOneFormHoweverItIsGiven(t *testing.T) {
	t.Parallel()

	for given, want := range map[string]string{
		"https://API.example.com":              "https://api.example.com",
		"\thttps://api.example.com/\n":         "https://api.example.com",
		"https://api.example.com/v1":           "https://api.example.com",
		"https://api.example.com/v1/docs":      "https://api.example.com",
		"https://api.example.com:443":          "https://api.example.com",
		"https://example.com/zeitwork/v1":      "https://example.com/zeitwork",
		"api.example.com":                      "https://api.example.com",
		"127.0.0.1:8000":                       "http://127.0.0.1:8000",
		"localhost:8000/v1":                    "http://localhost:8000",
		"[::1]:8000":                           "http://[::1]:8000",
		"http://api.example.com:80/v1/openapi": "http://api.example.com",
		"":                                     "",
		"ftp://api.example.com":                "",
		"https://me:secret@api.example.com":    "",
		"https://":                             "",
	} {
		found, err := platformURL(given)
		require.Equal(t, want, found, given)
		require.Equal(t, want == "", err != nil, given)
	}
}
