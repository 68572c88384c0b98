package database_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"
)

// planNode is what EXPLAIN (ANALYZE, FORMAT JSON) tells of a node of a plan. Counts are averages of its loops.
type planNode struct {
	Type           string  `json:"Node Type"`
	Relation       string  `json:"Relation Name"`
	Index          string  `json:"Index Name"`
	Rows           float64 `json:"Actual Rows"`
	Loops          float64 `json:"Actual Loops"`
	ByFilter       float64 `json:"Rows Removed by Filter"`
	ByJoinFilter   float64 `json:"Rows Removed by Join Filter"`
	ByIndexRecheck float64 `json:"Rows Removed by Index Recheck"`

	Plans []planNode `json:"Plans"`
}

// read is how many rows the node itself has read from a table, or put together in vain. An index that is asked for a row that is
// not there counts as one, too.
func (n planNode) read() float64 {
	if n.Relation == "" || n.Type == "ModifyTable" {
		return n.Loops * n.ByJoinFilter
	}

	return n.Loops * max(1, n.Rows+n.ByFilter+n.ByIndexRecheck)
}

// totalRead is read of the node and all below it.
func (n planNode) totalRead() int {
	total := n.read()
	for _, below := range n.Plans {
		total += float64(below.totalRead())
	}

	return int(total)
}

// describe writes the plan for people, a line a node.
func (n planNode) describe(indent int) string {
	var lines strings.Builder

	fmt.Fprintf(&lines, "%*s%s %s %s: %g rows, %g removed, %g loops, %g read\n",
		indent, "", n.Type, n.Relation, n.Index, n.Rows, n.ByFilter+n.ByJoinFilter+n.ByIndexRecheck, n.Loops, n.read())

	for _, below := range n.Plans {
		lines.WriteString(below.describe(indent + 2))
	}

	return lines.String()
}

// explain runs a query within the transaction and returns the plan that it was run with.
func explain(t *testing.T, tx pgx.Tx, query generatedQuery, arguments map[string]any) planNode {
	t.Helper()

	values := make([]any, len(query.arguments))

	for i, name := range query.arguments {
		value, ok := arguments[name]
		require.True(t, ok, "no value for the argument %s", name)

		values[i] = value
	}

	var output []byte
	require.NoError(t, tx.QueryRow(t.Context(), "EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) "+query.text, values...).Scan(&output))

	var plans []struct {
		Plan planNode `json:"Plan"`
	}
	require.NoError(t, json.Unmarshal(output, &plans))

	return plans[0].Plan
}

// inRolledBack runs f in a transaction that changes nothing, with plans that do not depend on how busy the machine is.
func inRolledBack(t *testing.T, pool *pgxpool.Pool, f func(tx pgx.Tx)) {
	t.Helper()

	tx, err := pool.Begin(t.Context())
	require.NoError(t, err)

	defer func() { require.NoError(t, tx.Rollback(context.WithoutCancel(t.Context()))) }()

	_, err = tx.Exec(t.Context(), "SET LOCAL max_parallel_workers_per_gather = 0; SET LOCAL jit = off")
	require.NoError(t, err)

	f(tx)
}
