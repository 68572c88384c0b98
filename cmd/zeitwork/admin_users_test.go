package main

import (
	"bytes"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAnnounceCode_SaysWhereTheCodeIsTypedAndPutsItInNoAddress(t *testing.T) {
	t.Parallel()

	for public, expected := range map[string]string{
		"":                        "Sign in at /sign-in of the API with the code AAAAAAAA-BBBBBBBB, which is good once, for 60 minutes.\n",
		"https://api.example.com": "Sign in at https://api.example.com/sign-in with the code AAAAAAAA-BBBBBBBB, which is good once, for 60 minutes.\n",
	} {
		parsed, err := url.Parse(public)
		require.NoError(t, err)

		var out bytes.Buffer
		announceCode(&out, *parsed, "AAAAAAAA-BBBBBBBB")
		require.Equal(t, expected, out.String())
	}
}
