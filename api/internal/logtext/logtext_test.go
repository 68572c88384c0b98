package logtext

import (
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"
)

func TestLine_KeepsItsColoursAndNothingElseThatATerminalObeys(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct{ line, shown, plain string }{
		"text":                 {"<b>größer</b>\t&amp;", "<b>größer</b>\t&amp;", "<b>größer</b>\t&amp;"},
		"colours":              {"\x1b[1;31mfailed\x1b[0m \x1b[38;2;1;2;3mx\x1b[m", "\x1b[1;31mfailed\x1b[0m \x1b[38;2;1;2;3mx\x1b[m", "failed x"},
		"colour with colons":   {"\x1b[38:5:1mx", "\x1b[38:5:1mx", "x"},
		"keyboard setting":     {"\x1b[>4;1mx", "x", "x"},
		"clearing":             {"a\x1b[2J\x1b[1;1Hb\x1b[K", "ab", "ab"},
		"title":                {"\x1b]0;I am root\ax", "x", "x"},
		"link":                 {"\x1b]8;;https://example.com\x1b\\here\x1b]8;;\x1b\\", "here", "here"},
		"clipboard":            {"\x1b]52;c;cm0gLXJm\ax", "x", "x"},
		"title without an end": {"\x1b]0;I am root", "␛]0;I am root", "␛]0;I am root"},
		"colour without end":   {"x\x1b[3", "x␛[3", "x␛[3"},
		"escape at the end":    {"x\x1b", "x␛", "x␛"},
		"characters":           {"\x1b(Bx\x1bM", "x", "x"},
		"unknown":              {"\x1b\x01x", "␛␁x", "␛␁x"},
		"bell and backspace":   {"a\a\bb\r10%\x7f\x00", "a␇␈b␍10%␡␀", "a␇␈b␍10%␡␀"},
		"eight-bit sequence":   {"a\u009b2Jb\u0080", "a\uFFFD2Jb\uFFFD", "a\uFFFD2Jb\uFFFD"},
		"not one":              {"a\u00a0\u00ff", "a\u00a0\u00ff", "a\u00a0\u00ff"},
		"right-to-left":        {"abc\u202egpj.exe", "abc\u202egpj.exe", "abc\u202egpj.exe"},
		"no text":              {"", "", ""},
	} {
		require.Equal(t, test.shown, Shown(test.line), name)
		require.Equal(t, test.plain, Plain(test.line), name)
	}
}

func FuzzLine(f *testing.F) {
	f.Add("\x1b[1mx\x1b]0;y\x1b\\")
	f.Fuzz(func(t *testing.T, line string) {
		line = strings.ToValidUTF8(line, "")

		plain := Plain(line)
		require.Equal(t, -1, strings.IndexFunc(plain, func(r rune) bool { return unicode.IsControl(r) && r != '\t' }), "%q", plain)
		require.Equal(t, plain, Plain(Shown(line)))
		require.Equal(t, Shown(line), Shown(Shown(line)))
	})
}

func TestShown_TextsForTheTerminalWithoutAnEnd_CostNoMoreThanOthers(t *testing.T) {
	t.Parallel()

	// Looked for from each of them, their ends would take many minutes.
	const times = 1 << 19

	for _, begin := range []string{"\x1b]", "\x1bP", "\x1bX", "\x1b^", "\x1b_"} {
		require.Equal(t, strings.Repeat("␛"+begin[1:], times), Plain(strings.Repeat(begin, times)))
	}

	require.Equal(t, strings.Repeat("␛]\x1b[1m", times), Shown(strings.Repeat("\x1b]\x1b[1m", times)))
	require.Equal(t, "a␛]b", Shown("\x1b]0;title\aa\x1b]b"), "the end of one is none of the next")
}
