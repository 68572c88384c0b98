package cli

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRestart_WaitsUntilNoneOfTheOldVMsServes(t *testing.T) {
	t.Parallel()

	const (
		get     = "GET /v1/deployments/" + rollbackID
		events  = "GET /v1/projects/" + projectID + "/events"
		restart = "POST /v1/deployments/" + rollbackID + "/restart"
		oldVM   = `{"id":"01900000-0000-7000-8000-0000000000f1","kind":"app","state":"healthy"}`
		freshVM = `{"id":"01900000-0000-7000-8000-0000000000f2","kind":"app","state":"healthy"}`
	)

	of := func(vms string) string { return `{"id":"` + rollbackID + `","state":"live","vms":[` + vms + `]}` }

	f := platformWith(t, `{"id":"`+projectID+`","slug":"shop","instances":1,"live_deployment_id":"`+rollbackID+`"}`)
	f.answers[get], f.answers[restart], f.answers[events] = of(oldVM), of(oldVM), `{"items":[{"id":"`+pushID+`","message":"An old one."}]}`
	b := signedInTo(t, f)

	// What the platform does: it says so, and then puts another VM in the place of the old one.
	f.then = func(request string) {
		switch {
		case request == restart:
			f.answers[events] = `{"items":[{"id":"` + createdID + `","message":"Instances are restarted (1)."},{"id":"` + pushID + `","message":"An old one."}]}`
		case request == events && len(f.requests) > 4:
			f.answers[get] = of(freshVM)
		}
	}

	require.Equal(t, ExitOK, b.run(t, "restart", "-p", "shop"), b.err.String())
	require.Equal(t, "Restarted shop: 1 healthy.\n", b.out.String())
	require.Equal(t, "Instances are restarted (1).\n", b.err.String())
}

func TestRestart_WithoutRoom_EndsWithTheReason(t *testing.T) {
	t.Parallel()

	const (
		get     = "GET /v1/deployments/" + rollbackID
		events  = "GET /v1/projects/" + projectID + "/events"
		restart = "POST /v1/deployments/" + rollbackID + "/restart"
		live    = `{"id":"` + rollbackID + `","state":"live","vms":[{"id":"01900000-0000-7000-8000-0000000000f1","kind":"app","state":"healthy"}]}`
		reason  = "The instances were not restarted, as each needs room for another one beside it until that is healthy."
	)

	f := platformWith(t, `{"id":"`+projectID+`","slug":"shop","instances":1,"live_deployment_id":"`+rollbackID+`"}`)
	f.answers[get], f.answers[restart], f.answers[events] = live, live, `{"items":[]}`
	f.then = func(request string) {
		if request == restart {
			f.answers[events] = `{"items":[{"id":"` + createdID + `","kind":"instances","message":"` + reason + `"}]}`
		}
	}

	b := signedInTo(t, f)
	require.Equal(t, ExitFailure, b.run(t, "restart", "-p", "shop"), b.out.String())
	require.Equal(t, reason, b.err.String())
}

func TestRestart_OfNothing_IsAUsageError(t *testing.T) {
	t.Parallel()

	code, _, stderr := runAgainst(t, platformWith(t, projectJSON("shop", "https://git.example.com/acme/shop", "main", "")).answers, "restart", "-p", "shop")
	require.Equal(t, ExitUsage, code)
	require.Contains(t, stderr, "zeitwork deploy")
}
