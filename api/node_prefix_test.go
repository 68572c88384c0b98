package api

import (
	"net/http"
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/problem"
)

func TestNodes_GetPartsOfTheClusterRangeThatAreFree(t *testing.T) {
	t.Parallel()

	prefixes := func(texts ...string) (parsed []netip.Prefix) {
		for _, text := range texts {
			parsed = append(parsed, netip.MustParsePrefix(text))
		}

		return parsed
	}

	for _, test := range []struct {
		cluster string
		length  int
		want    string
		used    []netip.Prefix
	}{
		{"10.77.0.0/16", 24, "10.77.1.0/24", nil},
		{"10.77.0.0/16", 24, "10.77.2.0/24", prefixes("10.77.1.0/24", "10.77.3.0/24")},
		{"10.72.5.0/24", 24, "10.72.5.0/24", nil},
		{"10.0.0.0/8", 24, "10.1.0.0/24", prefixes("10.0.0.0/16")},
		{"10.77.0.0/16", 28, "10.77.1.0/28", nil},
		{"10.77.0.0/16", 28, "10.77.1.32/28", prefixes("10.77.1.0/28", "10.77.1.16/28")},
		{"10.77.0.0/16", 22, "10.77.8.0/22", prefixes("10.77.1.0/24", "10.77.5.0/24")},
		{"10.77.0.0/16", 24, "10.77.1.0/24", prefixes("10.77.4.0/22")},
		{"10.72.5.0/24", 26, "10.72.5.64/26", nil},
		{"255.255.255.0/24", 25, "255.255.255.128/25", nil},
	} {
		got, err := freePrefix(netip.MustParsePrefix(test.cluster), test.length, test.used)
		require.NoError(t, err)
		require.Equal(t, test.want, got.String())
	}

	for _, full := range []struct {
		cluster string
		length  int
		used    []netip.Prefix
	}{
		{"10.72.5.0/24", 24, prefixes("10.72.5.0/24")},
		{"10.72.5.0/24", 26, prefixes("10.72.5.128/25", "10.72.5.64/28")},
		{"255.255.255.0/24", 25, prefixes("255.255.255.128/25")},
	} {
		_, err := freePrefix(netip.MustParsePrefix(full.cluster), full.length, full.used)
		require.Equal(t, problem.Conflict, problem.CodeOf(err))
		require.ErrorContains(t, err, "belong to nodes")
	}

	_, err := freePrefix(netip.MustParsePrefix("10.72.5.0/24"), 22, nil)
	require.ErrorContains(t, err, "A /22 is more than the whole cluster range 10.72.5.0/24.")
}

func TestCreateNode_PrefixLength_IsTheOperators(t *testing.T) {
	t.Parallel()

	b := setup(t)
	create := func(name string, length int64) *client.CreateNodeResponse {
		answer, err := b.owner.CreateNodeWithResponse(t.Context(), client.CreateNodeInputBody{Name: name, Region: "here", PrefixLength: &length})
		require.NoError(t, err)

		return answer
	}

	require.Equal(t, "10.72.4.0/22", create("large", 22).JSON201.Node.Prefix)
	require.Equal(t, "10.72.2.0/28", create("small", 28).JSON201.Node.Prefix)

	for _, length := range []int64{15, 29} {
		require.Equal(t, http.StatusUnprocessableEntity, create("odd", length).StatusCode())
	}
}
