package workflows

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRedactor_LeavesOrdinaryWordsWhereTheyStand(t *testing.T) {
	t.Parallel()

	secrets := newRedactor(map[string]string{
		"NODE_ENV": "production", "PORT": "3000", "LANG": "en_US.UTF-8", "DEBUG": "true", "APP_NAME": "my-shop", "LOG_LEVEL": "information",
		"NEXT_PUBLIC_API_URL": "https://api.example.com", "NODE_VERSION": "22.11.0", "REGION": "eu-central-1", "RAILS_ENV": "production",
	})

	for _, line := range []string{
		"Creating an optimized production build ...", "listening on port 3000", "en_US.UTF-8 true my-shop information 22.11.0 eu-central-1",
		"fetching https://api.example.com/items",
	} {
		require.Equal(t, line, secrets.redactLine(line))
	}
}

func TestRedactor_TakesOutCommonValuesOfVariablesThatAreSecretByName(t *testing.T) {
	t.Parallel()

	secrets := newRedactor(map[string]string{"DB_PASSWORD": "production", "ADMIN_PIN": "1234", "API_KEY": "test-key"})
	require.Equal(t, "[redacted] [redacted] [redacted]", secrets.redact("production 1234 test-key"))
}

func TestRedactor_TakesOutCodedForms(t *testing.T) {
	t.Parallel()

	const value = `pa"ss/w<o>rd+ö=&%`

	secrets := newRedactor(map[string]string{"DATABASE": value})
	coded, err := json.Marshal(map[string]string{"v": value})
	require.NoError(t, err)

	lines := make([]string, 0, 100)
	lines = append(lines,
		value, url.QueryEscape(value), "https://u:"+url.PathEscape(value)+"@host/", strings.ToLower(url.QueryEscape(value)), string(coded),
		hex.EncodeToString([]byte(value)), `{"v":"pa\"ss/w<o>rd+ö=&%"}`,
	)

	for _, before := range []string{"", "a", "ab", "abc", "user:"} {
		for _, behind := range []string{"", "x", "xy", "xyz"} {
			text := []byte(before + value + behind)
			lines = append(lines, base64.StdEncoding.EncodeToString(text), base64.URLEncoding.EncodeToString(text), base64.RawURLEncoding.EncodeToString(text))
		}
	}

	for _, line := range lines {
		cleaned := secrets.redact(line)
		require.Contains(t, cleaned, redacted, line)
		// At most a group of base64 is left at either end, which holds at most two bytes of the value.
		require.Less(t, len(strings.ReplaceAll(cleaned, redacted, "")), 24, "%s became %s", line, cleaned)
	}
}
