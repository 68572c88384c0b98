package logquery

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestQuery_FindsLinesOfWhichAllPartsHold(t *testing.T) {
	t.Parallel()

	for query, test := range map[string]struct{ found, not []string }{
		"":                          {found: []string{"", "anything"}},
		"  ":                        {found: []string{"anything"}},
		"timeout UPSTREAM":          {found: []string{"Upstream: TimeOut"}, not: []string{"timeout", "upstream"}},
		`"connection refused"`:      {found: []string{"dial: Connection Refused"}, not: []string{"refused connection"}},
		`"say \"x\""`:               {found: []string{`say "x" now`}, not: []string{"say x"}},
		`"still being`:              {found: []string{"still being typed"}, not: []string{"still", "being"}},
		"get -healthz":              {found: []string{"GET /"}, not: []string{"GET /healthz", "POST /"}},
		`-"GET /" x`:                {found: []string{"x GET"}, not: []string{"x GET /"}},
		`/status=5\d\d/`:            {found: []string{"status=503"}, not: []string{"status=200", "STATUS=503"}},
		`/status=5\d\d/i`:           {found: []string{"STATUS=503"}, not: []string{"status=200"}},
		`-/^a.*b$/ c`:               {found: []string{"cab"}, not: []string{"acb"}},
		`/a b/ /c|d/`:               {found: []string{"da b"}, not: []string{"a b", "d"}},
		`/a\/b/`:                    {found: []string{"a/b"}, not: []string{"ab"}},
		`/\d{1,3}(\.\d{1,3}){3}/ -`: {found: []string{"10.0.0.1 -"}, not: []string{"10.0.0.1", "-"}},
		"/api/users":                {found: []string{"GET /API/users"}, not: []string{"users"}},
		"/":                         {found: []string{"a/b"}, not: []string{"ab"}},
		"//":                        {found: []string{"a//b"}, not: []string{"a/b"}},
		"--force":                   {found: []string{"npm ci"}, not: []string{"npm ci -force"}},
		"grün":                      {found: []string{"GRÜN"}, not: []string{"grun"}},
		`""`:                        {found: []string{"anything"}},
	} {
		parsed, err := Parse(query)
		require.NoError(t, err, query)

		for _, line := range test.found {
			require.True(t, parsed.Matches(line), "%s finds %s", query, line)
		}

		for _, line := range test.not {
			require.False(t, parsed.Matches(line), "%s does not find %s", query, line)
		}
	}
}

func TestParse_BadPattern_SaysWhatIsWrong(t *testing.T) {
	t.Parallel()

	for query, sentence := range map[string]string{
		"/a(b/":                               "/a(b/ is no regular expression (RE2): error parsing regexp: missing closing ): `a(b`. Put the text in double quotes to look for it as it is",
		"x -/[z-a]/":                          "/[z-a]/ is no regular expression (RE2): error parsing regexp: invalid character class range: `z-a`. Put the text in double quotes to look for it as it is",
		"/(a{1000}){2}/":                      "/(a{1000}){2}/ is no regular expression (RE2): error parsing regexp: invalid repeat count: `{2}`. Put the text in double quotes to look for it as it is",
		"/(a?b?){500}/":                       "/(a?b?){500}/ takes too long to look for: shorten it, or lower its counts of repetitions",
		`/(?=a)/`:                             "/(?=a)/ is no regular expression (RE2): error parsing regexp: invalid or unsupported Perl syntax: `(?=`. Put the text in double quotes to look for it as it is",
		"/" + "\\pN{0,900}x" + "/":            "/\\pN{0,900}x/ takes too long to look for: shorten it, or lower its counts of repetitions",
		"/[ab]{400}/ x -/[ab]{400}/ /c{400}/": "the regular expressions take too long to look for together: leave some of them out, or lower their counts of repetitions",
	} {
		_, err := Parse(query)
		require.EqualError(t, err, sentence, query)
	}
}

func BenchmarkMatches(b *testing.B) {
	query, err := Parse(`error -debug "connection refused"`)
	require.NoError(b, err)

	line := strings.Repeat("npm WARN deprecated something ", 4) + "ERROR connection refused"

	for b.Loop() {
		if !query.Matches(line) {
			b.Fatal("it does not match")
		}
	}
}
