package visible_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/visible"
)

func TestText_ShowsWhatATerminalWouldObey(t *testing.T) {
	t.Parallel()

	cases := map[string]struct{ text, want string }{
		"plain text stays":            {"Grüße,\tпривет 👩‍💻\nnext", "Grüße,\tпривет 👩‍💻\nnext"},
		"colours":                     {"\x1b[31mred\x1b[0m", `\x1b[31mred\x1b[0m`},
		"a title for the window":      {"\x1b]0;pwned\a", `\x1b]0;pwned\x07`},
		"the one-character CSI":       {"\u009b2J", `\u009b2J`},
		"text that overwrites itself": {"bad\rgood", `bad\x0dgood`},
		"line ends of Windows":        {"one\r\ntwo\r", "one\ntwo"},
		"text that runs backwards":    {"a\u202eb", `a\u202eb`},
		"what is not UTF-8":           {"a\x9bb", `a\x9bb`},
		"NUL and DEL":                 {"\x00\x7f", `\x00\u007f`},
	}

	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.want, visible.Text(c.text))

			var out bytes.Buffer

			n, err := visible.Writer(&out).Write([]byte(c.text))
			require.NoError(t, err)
			require.Equal(t, len(c.text), n)
			require.Equal(t, c.want, out.String())
		})
	}
}

func TestWriter_JSONStaysJSONAndMeansTheSame(t *testing.T) {
	t.Parallel()

	text := "\x1b[2J\u009b2J\x7f\u202e ok"

	var out bytes.Buffer

	require.NoError(t, json.NewEncoder(visible.Writer(&out)).Encode(text))
	require.NotContains(t, out.String(), "\u009b")
	require.NotContains(t, out.String(), "\x7f")

	var decoded string

	require.NoError(t, json.Unmarshal(out.Bytes(), &decoded))
	require.Equal(t, text, decoded)
}
