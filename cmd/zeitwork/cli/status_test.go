package cli

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestStatus_ShowsWhatIsLiveAndWhyTheNewestFailed(t *testing.T) {
	t.Parallel()

	now := time.Now().UTC().Format(time.RFC3339)
	f := platformWith(t, `{"id":"`+projectID+`","slug":"shop","url":"http://shop.example.com","instances":3,"live_deployment_id":"`+rollbackID+`"}`)
	f.answers["GET /v1/deployments/"+rollbackID] = `{"id":"` + rollbackID + `","state":"live","branch":"main","commit_sha":"0123456789",
		"commit_message":"First\n\nbody","created_at":"` + now + `","vms":[{"kind":"app","state":"healthy"},{"kind":"app","state":"starting","restarts":2},
		{"kind":"app","state":"removed"},{"kind":"release","state":"exited"}]}`
	f.answers["GET /v1/projects/"+projectID+"/deployments"] = `{"items":[{"id":"` + pushID + `","state":"failed","step":"build","branch":"main",
		"commit_sha":"abcdef0123","created_at":"` + now + `","error":{"code":"invalid","message":"RUN npm ci failed."}}]}`

	b := signedInTo(t, f)
	require.Equal(t, ExitOK, b.run(t, "status", "-p", "shop"), b.err.String())
	require.Equal(t, `Project    shop
URL        http://shop.example.com
Live       0123456 First · main · now
Instances  1 healthy, 1 starting, of 3; 2 restarts
Newest     failed · abcdef0 · main · now

abcdef0 failed at build: RUN npm ci failed.
`, b.out.String())
}

func TestStatus_NothingIsLiveYet_SaysWhatToDo(t *testing.T) {
	t.Parallel()

	_, stdout, _ := runAgainst(t, platformWith(t, projectJSON("shop", "https://git.example.com/acme/shop", "main", "")).answers, "status", "-p", "shop")
	require.Contains(t, stdout, "`zeitwork deploy`")
}
