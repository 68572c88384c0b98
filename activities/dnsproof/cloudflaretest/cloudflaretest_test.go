package cloudflaretest_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/activities/dnsproof/cloudflaretest"
	"github.com/zeitwork/zeitwork/internal/dnscheck/dnstest"
)

// The fields that Cloudflare's description requires of what it answers, by the Go types that encoding/json reads them into; nil where they may be null.
const anything = "anything"

var (
	describedZone = map[string]any{ //nolint:gochecknoglobals // A table.
		"id": "", "name": "", "account": map[string]any{}, "activated_on": anything, "created_on": "", "development_mode": 0.0, "meta": map[string]any{},
		"modified_on": "", "name_servers": []any{}, "original_dnshost": anything, "original_name_servers": anything, "original_registrar": anything,
		"owner": map[string]any{}, "plan": map[string]any{},
	}
	describedRecord = map[string]any{ //nolint:gochecknoglobals // A table.
		"id": "", "name": "", "type": "", "content": "", "ttl": 0.0, "proxied": false, "proxiable": false, "created_on": "", "modified_on": "",
		"meta": map[string]any{}, "settings": map[string]any{}, "tags": []any{}, "comment": anything,
	}
	describedRefusal = map[string]any{"code": 0.0, "message": ""} //nolint:gochecknoglobals // A table.
)

// TestServer_AnswersHaveTheFieldsThatCloudflareDescribes compares what the platform's tests get with the description of Cloudflare's API.
func TestServer_AnswersHaveTheFieldsThatCloudflareDescribes(t *testing.T) {
	t.Parallel()

	const zones = "/zones?name=example.com"

	server := cloudflaretest.New(t, "example.com", dnstest.New(t))

	listed := ask(t, server, cloudflaretest.Token, http.MethodGet, zones, "", http.StatusOK)
	zone := described(t, describedZone, listed["result"].([]any)[0])
	records := "/zones/" + zone["id"].(string) + "/dns_records"
	described(t, map[string]any{"page": 0.0, "per_page": 0.0, "count": 0.0, "total_count": 0.0}, listed["result_info"])

	const body = `{"type":"TXT","name":"a.example.com","content":"\"text\"","ttl":60}`

	made := described(t, describedRecord, ask(t, server, cloudflaretest.Token, http.MethodPost, records, body, http.StatusOK)["result"])
	found := ask(t, server, cloudflaretest.Token, http.MethodGet, records+"?type=TXT&name.exact=a.example.com", "", http.StatusOK)["result"].([]any)
	require.Len(t, found, 1)
	require.Equal(t, made["id"], described(t, describedRecord, found[0])["id"])

	one := records + "/" + made["id"].(string)
	described(t, map[string]any{"id": ""}, ask(t, server, cloudflaretest.Token, http.MethodDelete, one, "", http.StatusOK)["result"])

	for _, refused := range []struct {
		token, method, path, body string
		status                    int
	}{
		{"other", http.MethodGet, zones, "", http.StatusForbidden},
		{"no token", http.MethodGet, zones, "", http.StatusBadRequest},
		{cloudflaretest.Token, http.MethodDelete, one, "", http.StatusNotFound},
		{cloudflaretest.Token, http.MethodPost, "/zones/other/dns_records", body, http.StatusNotFound},
		{cloudflaretest.Token, http.MethodPost, records, strings.Replace(body, "60", "59", 1), http.StatusBadRequest},
		{cloudflaretest.Token, http.MethodPost, records, strings.Replace(body, "example.com", "example.org", 1), http.StatusBadRequest},
	} {
		answer := ask(t, server, refused.token, refused.method, refused.path, refused.body, refused.status)
		described(t, describedRefusal, answer["errors"].([]any)[0])
	}
}

// ask makes a request and returns what was answered, whose envelope all answers have.
func ask(t *testing.T, server *cloudflaretest.Server, token, method, path, body string, status int) map[string]any {
	t.Helper()

	request, err := http.NewRequestWithContext(t.Context(), method, "https://api.cloudflare.com/client/v4"+path, strings.NewReader(body))
	require.NoError(t, err)
	request.Header.Set("Authorization", "Bearer "+token)

	response, err := server.RoundTrip(request)
	require.NoError(t, err)

	defer func() { _ = response.Body.Close() }()

	require.Equal(t, status, response.StatusCode)

	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)

	var answer map[string]any
	require.NoError(t, json.Unmarshal(text, &answer))
	described(t, map[string]any{"success": false, "errors": []any{}, "messages": []any{}, "result": anything}, answer)
	require.Equal(t, status < http.StatusBadRequest, answer["success"])

	return answer
}

// described requires that an object has the fields, of the types, and returns it.
func described(t *testing.T, fields map[string]any, object any) map[string]any {
	t.Helper()

	has, ok := object.(map[string]any)
	require.True(t, ok, "%v", object)

	for name, kind := range fields {
		require.Contains(t, has, name)

		if kind != anything {
			require.IsType(t, kind, has[name], name)
		}
	}

	return has
}
