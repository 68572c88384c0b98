package cli

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParseDotenv_ReadsWhatIsCommon(t *testing.T) {
	t.Parallel()

	found, err := parseDotenv("\ufeff# a comment\r\nPLAIN=value\r\n" + `
export EXPORTED=yes
EMPTY=
SPACES =  two words   # and a comment
HASH="a # b"
SINGLE='it costs $5\n'
DOUBLE="two\nlines and a \"quote\""
URL=postgres://me:p@ss=word@host/db?x=1
BCRYPT=$2a$10$abc/def
KEY="-----BEGIN KEY-----
abc=
-----END KEY-----"
BACK=` + "`it's \"both\"`" + `
LAST=1`)
	require.NoError(t, err)
	require.Equal(t, []variable{
		{"PLAIN", "value"},
		{"EXPORTED", "yes"},
		{"EMPTY", ""},
		{"SPACES", "two words"},
		{"HASH", "a # b"},
		{"SINGLE", `it costs $5\n`},
		{"DOUBLE", "two\nlines and a \"quote\""},
		{"URL", "postgres://me:p@ss=word@host/db?x=1"},
		{"BCRYPT", "$2a$10$abc/def"},
		{"KEY", "-----BEGIN KEY-----\nabc=\n-----END KEY-----"},
		{"BACK", `it's "both"`},
		{"LAST", "1"},
	}, found)
}

func TestParseDotenv_LineThatIsNoVariable_IsNamed(t *testing.T) {
	t.Parallel()

	for content, line := range map[string]string{
		"A=1\nno variable\nB=2": "line 2",
		"A=1\n\n=x":             "line 3",
		"A=1\nB=\"never ends":   "line 2",
		"A=\"x\" y":             "line 1",
	} {
		_, err := parseDotenv(content)
		require.ErrorContains(t, err, line, "%q", content)
	}
}
