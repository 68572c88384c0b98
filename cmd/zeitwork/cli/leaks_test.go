package cli

import (
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	// aLongTimeAgo is shown as a date.
	aLongTimeAgo = "2020-05-01T12:00:00Z"
	ownerOfJob   = `{"id":"01a22868-5110-7631-a751-691b9f3a60d9","slug":"acme"}`
)

func TestLeaks_None_SaysWhenItWasLooked_AndWhoDoesNotTell(t *testing.T) {
	t.Parallel()

	b := signedInTo(t, newFakeAPI(t, map[string]string{
		"GET /v1/leaks": `{"items":[],"kinds":[{"kind":"vm","looked_at":"` + aLongTimeAgo + `","places":3,"untold":1},{"kind":"snapshot","places":2,"untold":2}]}`,
	}))

	require.Equal(t, ExitOK, b.run(t, "leaks"), b.err.String())
	require.Equal(t, `KIND      FOUND  LOOKED      PLACES  DO NOT TELL
vm        0      2020-05-01  3       1
snapshot  0      never       2       2
`, b.out.String())
}

func TestLeaks_AreShownWithWhatIsLeft(t *testing.T) {
	t.Parallel()

	b := signedInTo(t, newFakeAPI(t, map[string]string{
		"GET /v1/leaks": `{"items":[{"id":"01a22868-5110-7631-a751-691b9f3a60d9","kind":"address","name":"10.77.1.9","detail":"Edge lost has been silent.",
			"first_seen_at":"` + aLongTimeAgo + `","last_seen_at":"` + aLongTimeAgo + `"}],"kinds":[{"kind":"address","places":3,"untold":0}]}`,
	}))

	require.Equal(t, ExitOK, b.run(t, "leaks"), b.err.String())
	require.Contains(t, b.out.String(), "address  platform  10.77.1.9  2020-05-01  Edge lost has been silent.\n")
	require.Contains(t, b.out.String(), "address  1      never   3       0\n")
}

func TestQueue_ShowsWhatWaitsAndWhy(t *testing.T) {
	t.Parallel()

	b := signedInTo(t, newFakeAPI(t, map[string]string{
		"GET /v1/queue": `{"queues":[{"name":"build","slots":2,"running":2,"available":1,"retryable":0,"scheduled":0,"oldest_since":"` + aLongTimeAgo + `"}],
			"waiting_without_job":{"builds":3,"quotas":0,"pins":1},"river_ui":"/river/"}`,
		"GET /v1/queue/jobs": `{"items":[{"id":1,"kind":"deploy.build","queue":"build","state":"available","attempt":1,"since":"` + aLongTimeAgo + `",
			"created_at":"` + aLongTimeAgo + `","place":1,"waiting_because":"It is the next.","organisation":` + ownerOfJob + `}]}`,
		"GET /v1/queue/deployments": `{"items":[{"deployment_id":"01a22868-5110-7631-a751-691b9f3a60d9","waits_for":"pin","waiting_because":"It is pinned.","place":1,
			"since":"` + aLongTimeAgo + `","step":"schedule","branch":"main","environment_id":"01a22868-5110-7631-a751-691b9f3a60d9",
			"environment_kind":"production","project":` + ownerOfJob + `,"organisation":` + ownerOfJob + `}]}`,
	}))

	require.Equal(t, ExitOK, b.run(t, "queue"), b.err.String())
	require.Equal(t, `QUEUE  SLOTS  RUNNING  AVAILABLE  TRIED AGAIN  LATER  OLDEST WAITS SINCE
build  2      2        1          0            0      2020-05-01

Deployments that wait without a job: 3 for their turn to build, 0 for their quota, 1 until their environment is unpinned.
`, b.out.String())

	require.Equal(t, ExitOK, b.run(t, "queue", "jobs"), b.err.String())
	require.Contains(t, b.out.String(), "deploy.build  available  2020-05-01  1    acme                           It is the next.\n")

	require.Equal(t, ExitOK, b.run(t, "queue", "deployments"), b.err.String())
	require.Contains(t, b.out.String(), "acme     2020-05-01  1      It is pinned.\n")
}

func TestBuilders_ShowWhatTheyBuild_AndWhetherBuildKitAnswers(t *testing.T) {
	t.Parallel()

	b := signedInTo(t, newFakeAPI(t, map[string]string{
		"GET /v1/builders": `{"items":[{"id":"01a22868-5110-7631-a751-691b9f3a60d9","name":"worker-1","version":"1.2.3","in_touch":true,
			"slots":[{"queue":"build","slots":2}],"builds":[],"buildkit":{"address":"tcp://builder-1:1234","version":"v0.34.2","disk_bytes":1073741824,"error":"It is away."},
			"started_at":"` + aLongTimeAgo + `","last_seen_at":"` + aLongTimeAgo + `"}]}`,
	}))

	require.Equal(t, ExitOK, b.run(t, "builders"), b.err.String())
	require.Contains(t, b.out.String(), "worker-1  1.2.3    0 of 2  does not answer at tcp://builder-1:1234  unknown  1 GiB  2020-05-01\n")
}
