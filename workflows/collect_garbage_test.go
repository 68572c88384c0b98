package workflows

import (
	"bytes"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/id"
)

func TestCollectGarbage_RunsByItself(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.past(t, "failed", stateFailed, nil)
	b.work(t)
	require.Eventually(t, func() bool { return len(b.images()) == 0 }, patienceOfTests, lookAgain/100)
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM river.river_job WHERE kind = 'collect_garbage' AND queue = 'garbage'"))
}

func TestCollectGarbage_FinishedJobsGoAfterTheirRetention(t *testing.T) {
	t.Parallel()

	b := setup(t)

	for _, state := range []string{"completed", "cancelled", "discarded"} {
		b.exec(t, `INSERT INTO river.river_job (kind, queue, args, state, max_attempts, finalized_at) VALUES
			('deploy.clone', 'source', '{"age": "old"}', $1::text::river.river_job_state, 1, now() - interval '61 minutes'),
			('deploy.clone', 'source', '{"age": "new"}', $1::text::river.river_job_state, 1, now() - interval '50 minutes')`, state)
	}

	b.work(t) // It keeps them for an hour.
	require.Eventually(t, func() bool {
		return b.count(t, `SELECT count(*) FROM river.river_job WHERE args->>'age' = 'old'`) == 0
	}, patienceOfTests, 10*time.Millisecond)
	require.Equal(t, 3, b.count(t, `SELECT count(*) FROM river.river_job WHERE args->>'age' = 'new'`))
}

func TestCollectGarbage_IdempotencyKeysGoAfterADay(t *testing.T) {
	t.Parallel()

	b := setup(t)
	user, token := id.New(), id.New()
	b.exec(t, "INSERT INTO users (id, email, name) VALUES ($1, 'ada@example.com', 'Ada')", user)
	b.exec(t, "INSERT INTO api_tokens (id, kind, name, token_hash, user_id) VALUES ($1, 'user', 't', 'h', $2)", token, user)
	b.exec(t, `INSERT INTO idempotency_keys (token_id, key, request_hash, created_at) VALUES
		($1, 'old', '', now() - interval '25 hours'), ($1, 'new', '', now() - interval '23 hours')`, token)

	b.collect(t)
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM idempotency_keys WHERE key = 'new'"))
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM idempotency_keys"))
}

func TestCollectGarbage_SaysWhatItRemoved_OnlyIfItDid(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.past(t, "failed", stateFailed, nil)

	var log bytes.Buffer

	worker := b.collector(t)
	worker.logger = slog.New(slog.NewTextHandler(&log, nil))

	require.NoError(t, worker.collectGarbage(b.ctx, nil))
	require.Contains(t, log.String(), `level=INFO msg="collected garbage" images=1`+"\n")

	log.Reset()
	require.NoError(t, worker.collectGarbage(b.ctx, nil))
	require.Empty(t, log.String())
}

func TestCollectGarbage_VMOfAnEndedDeploymentWithoutAMark_IsFoundAndStopped(t *testing.T) {
	t.Parallel()

	b := setup(t)
	forgotten := b.past(t, "forgotten", stateRetired, new(1))
	b.exec(t, `INSERT INTO vms (id, deployment_id, node_id, ip, port, cpu_millis, memory_bytes)
		VALUES ($1, $2, $3, '10.79.1.9', 80, 100, 1000)`, id.New(), forgotten, b.node.id)

	worker := b.work(t)
	require.NoError(t, worker.collectGarbage(b.ctx, nil))
	b.reconcileOnce(t, worker)
	b.awaitRemoved(t, forgotten)
}
