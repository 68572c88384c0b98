package edgeproxy

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWildcard_AnswersForNamesOfOneLabelMoreThatHaveNoRoute(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.serve(t, live("*.example.org", app(t, says("wildcard"))), live("own.example.org", app(t, says("own"))), live("example.org", app(t, says("apex"))))

	for host, want := range map[string]string{
		"a.example.org": "wildcard", "XN--A.Example.ORG.": "wildcard", "own.example.org": "own", "example.org": "apex",
	} {
		_, body := b.get(t, host, "/")
		require.Equal(t, want, body, host)
	}

	for _, host := range []string{"a.b.example.org", "org", "a.example.com", "aexample.org", "1.2.3.4"} {
		response, _ := b.get(t, host, "/")
		require.Equal(t, http.StatusNotFound, response.StatusCode, host)
	}

	for _, host := range []string{"*.example.org", ".example.org", "..example.org"} {
		response, _ := b.get(t, host, "/")
		require.Equal(t, http.StatusBadRequest, response.StatusCode, host)
	}
}

func TestWildcard_NamesShareItsHold(t *testing.T) {
	t.Parallel()

	b := impatient(setup(t))
	b.serve(t, live("*.example.org", down(t)))

	for _, host := range []string{"a.example.org", "b.example.org", "c.example.org"} {
		response, _ := b.get(t, host, "/")
		require.Equal(t, http.StatusServiceUnavailable, response.StatusCode)
	}

	require.Len(t, b.holder().hosts, 1, "made-up names cannot take the room of other apps' requests")
}

func TestTable_LongestHostnames_AreLookedUp(t *testing.T) {
	t.Parallel()

	long := strings.Repeat(strings.Repeat("a", 63)+".", 3)
	parent := long + strings.Repeat("a", 59)
	require.Len(t, "b."+parent, 253)

	made, problems := tableOf(live("*." + parent))
	require.Empty(t, problems)
	require.NotNil(t, made.lookup("b."+parent))
	require.Nil(t, made.lookup(parent))
}
