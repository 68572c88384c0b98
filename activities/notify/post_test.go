package notify_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/activities/notify"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// none is the id of what has none in these tests.
const none = "00000000-0000-0000-0000-000000000000"

const signingKey = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="

func TestWebhook_IsVerifiedByTheReferenceLibraryAndHasTheSameIDEachTime(t *testing.T) {
	t.Parallel()

	b := setup(t)
	channel := notify.Channel{Kind: notify.KindWebhook, Address: b.posts.server.URL + "/hook", Secret: signingKey}

	require.NoError(t, b.send(t, channel, failure()))
	require.NoError(t, b.send(t, channel, failure()))

	receiver, err := standardwebhooks.NewWebhook(signingKey)
	require.NoError(t, err)

	for i, request := range b.posts.requests {
		require.NoError(t, receiver.Verify(b.posts.bodies[i], request.Header))
		require.Equal(t, messageID.String(), request.Header.Get("Webhook-Id"))
		require.Error(t, receiver.Verify(append(b.posts.bodies[i], ' '), request.Header), "a body that was changed on the way")
	}

	require.JSONEq(t, `{
		"type": "deployment.failed", "timestamp": "2026-01-02T03:04:05Z",
		"data": {
			"organisation": {"id": "`+none+`", "slug": "acme"},
			"project": {"id": "`+none+`", "slug": "shop"},
			"environment": {"id": "`+none+`", "slug": "production"},
			"deployment": {
				"id": "`+none+`", "url": "https://zeitwork.example/deployments/1", "branch": "main", "commit_sha": "0123456789abcdef0123456789abcdef01234567",
				"commit_subject": "Show <b>prices</b> & tax", "step": "build", "error_code": "invalid", "error_message": "RUN npm test failed with exit code 1. Mend it."
			}
		}
	}`, string(b.posts.bodies[0]))
}

func TestWebhook_WhileItsKeyIsReplaced_IsVerifiedWithEitherKey(t *testing.T) {
	t.Parallel()

	const formerKey = "whsec_b2xkIGtleSBvZiBhIHdlYmhvb2sgb2YgMzIgYnl0ZXM="

	b := setup(t)
	channel := notify.Channel{Kind: notify.KindWebhook, Address: b.posts.server.URL + "/hook", Secret: signingKey, FormerSecret: formerKey}
	require.NoError(t, b.send(t, channel, failure()))

	for _, key := range []string{signingKey, formerKey} {
		receiver, err := standardwebhooks.NewWebhook(key)
		require.NoError(t, err)
		require.NoError(t, receiver.Verify(b.posts.bodies[0], b.posts.requests[0].Header))
	}

	newest, _, isTwo := strings.Cut(b.posts.requests[0].Header.Get("Webhook-Signature"), " ")
	require.True(t, isTwo)
	require.NoError(t, b.send(t, notify.Channel{Kind: notify.KindWebhook, Address: channel.Address, Secret: signingKey}, failure()))
	require.NotContains(t, b.posts.requests[1].Header.Get("Webhook-Signature"), " ")
	require.True(t, strings.HasPrefix(newest, "v1,"))
}

func TestSlack_ShowsTextOfStrangersAsPlainText(t *testing.T) {
	t.Parallel()

	b := setup(t)
	require.NoError(t, b.send(t, notify.Channel{Kind: notify.KindSlack, Secret: b.posts.server.URL + "/services/T0/B0/secret"}, failure()))

	require.JSONEq(t, `{
		"text": "Deployment failed: shop/production",
		"blocks": [
			{"type": "section", "text": {"type": "mrkdwn", "text": ":red_circle: *<https://zeitwork.example/deployments/1|Deployment failed: shop/production>*"}},
			{"type": "section", "text": {"type": "plain_text", "text": "A deployment of shop to production failed at the step build."}},
			{"type": "section", "text": {"type": "plain_text", "text": "RUN npm test failed with exit code 1. Mend it."}},
			{"type": "context", "elements": [{"type": "plain_text", "text": "Branch main · 0123456789ab · Show <b>prices</b> & tax"}]}
		]
	}`, string(b.posts.bodies[0]))
}

func TestPost_AnswerOfTheServer_SaysWhetherAnotherTryMayHelp(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.posts.answer = map[string]int{}

	for status, final := range map[int]bool{
		http.StatusNotFound: true, http.StatusGone: true, http.StatusFound: true, http.StatusPermanentRedirect: true,
		http.StatusRequestTimeout: false, http.StatusTooManyRequests: false, http.StatusServiceUnavailable: false,
	} {
		path := fmt.Sprintf("/secret-%d", status)
		b.posts.answer[path] = status
		err := b.send(t, notify.Channel{Kind: notify.KindSlack, Secret: b.posts.server.URL + path}, failure())

		require.Equal(t, final, problem.IsUsers(err), "%d: %v", status, err)
		require.Contains(t, problem.MessageOf(err), fmt.Sprintf("127.0.0.1 answers with %d %s (no_service)", status, http.StatusText(status)))
		require.NotContains(t, err.Error(), "secret")
	}

	require.Len(t, b.posts.requests, 7, "no redirect is followed")
}

func TestPost_AnswerThatRepeatsTheAddress_IsNotTold(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.posts.answer, b.posts.repeats = map[string]int{"/services/secret": http.StatusNotFound}, true

	err := b.send(t, notify.Channel{Kind: notify.KindSlack, Secret: b.posts.server.URL + "/services/secret"}, failure())
	require.Equal(t, "127.0.0.1 answers with 404 Not Found. Look at what stands at the address, or give the channel another one.", problem.MessageOf(err))
	require.NotContains(t, err.Error(), "secret")
}

func TestPost_ToAnInternalAddress_IsRefusedWithoutARequest(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.config.Internal = nil
	channel := notify.Channel{Kind: notify.KindWebhook, Address: b.posts.server.URL, Secret: signingKey}

	err := b.send(t, channel, failure())
	require.True(t, problem.IsUsers(err))
	require.Equal(t, "127.0.0.1 is not an address of the public internet. Give the channel one that is.", problem.MessageOf(err))
	require.Empty(t, b.posts.requests)
}

func TestPost_ByAProtocolThatIsNotAllowed_IsRefused(t *testing.T) {
	t.Parallel()

	b := setup(t)

	err := b.send(t, notify.Channel{Kind: notify.KindSlack, Secret: strings.Replace(b.posts.server.URL, "https", "http", 1) + "/secret"}, failure())
	require.Equal(t, "The address begins with none of https://. Give one that does.", problem.MessageOf(err))
	require.Empty(t, b.posts.requests)
}

func TestPost_ServerWithACertificateOfNobody_GetsNothing(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.roots = nil

	err := b.send(t, notify.Channel{Kind: notify.KindWebhook, Address: b.posts.server.URL, Secret: signingKey}, failure())
	require.Equal(t, "127.0.0.1 does not answer, or not by HTTPS with a valid certificate.", problem.MessageOf(err))
	require.Empty(t, b.posts.requests)
}

func TestPost_ServerIsAway_MayBeTriedAgainAndTellsNoSecret(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.posts.server.Close()

	err := b.send(t, notify.Channel{Kind: notify.KindSlack, Secret: b.posts.server.URL + "/secret"}, failure())
	require.Equal(t, problem.Unavailable, problem.CodeOf(err))
	require.NotContains(t, err.Error(), "secret")
}
