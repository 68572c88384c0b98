package fakegithub

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// oauthError is what programs are told; its status is 200, as GitHub has it.
func oauthError(code, description string) result {
	return result{json: object{"error": code, "error_description": description, "error_uri": documentation}}
}

// exchange gives an app a user's token for a code, for a refresh token or for a device.
func (v *visit) exchange() result {
	form := v.parameters()
	a := v.appOfClient(form.Get("client_id"))

	if a == nil {
		return oauthError("incorrect_client_credentials", "The client_id and/or client_secret passed are incorrect.")
	}

	if form.Get("grant_type") == deviceGrantType {
		return v.exchangeDevice(a, form.Get("device_code"))
	}

	if subtle.ConstantTimeCompare([]byte(form.Get("client_secret")), []byte(a.ClientSecret)) != 1 {
		return oauthError("incorrect_client_credentials", "The client_id and/or client_secret passed are incorrect.")
	}

	if form.Get("grant_type") == "refresh_token" {
		return v.refresh(a, form.Get("refresh_token"))
	}

	code := form.Get("code")
	g := v.grants[code]
	delete(v.grants, code)

	switch {
	case g == nil || g.app != a || !v.now().Before(g.expires) || !g.proves(form.Get("code_verifier")):
		return oauthError("bad_verification_code", "The code passed is incorrect or expired.")
	case form.Get("redirect_uri") != "" && form.Get("redirect_uri") != g.redirectURI:
		return oauthError("redirect_uri_mismatch", "The redirect_uri MUST match the registered callback URL for this application.")
	}

	return v.issue(v.addUserToken(g.user, a))
}

// proves tells whether the verifier is that of the challenge.
func (g *grant) proves(verifier string) bool {
	if g.challenge == "" {
		return true
	}

	sum := sha256.Sum256([]byte(verifier))

	return base64.RawURLEncoding.EncodeToString(sum[:]) == g.challenge
}

func (v *visit) refresh(a *app, text string) result {
	for _, t := range v.tokens {
		if t.app == a && t.refresh == text && v.now().Before(t.refreshExpires) {
			delete(v.tokens, t.text)

			return v.issue(v.addUserToken(t.user, a))
		}
	}

	return oauthError("bad_refresh_token", "The refresh token passed is incorrect or expired.")
}

func (v *visit) issue(t *token) result {
	return result{json: object{
		"access_token": t.text, "token_type": "bearer", "scope": "", "expires_in": int(userTokenLifetime.Seconds()), "refresh_token": t.refresh,
		"refresh_token_expires_in": int(refreshTokenLifetime.Seconds()),
	}}
}

// parameters reads what a program sends, as a form or as JSON.
func (v *visit) parameters() url.Values {
	if !strings.HasPrefix(v.r.Header.Get("Content-Type"), "application/json") {
		return v.r.Form
	}

	sent, values := map[string]string{}, v.r.URL.Query()
	if json.NewDecoder(v.r.Body).Decode(&sent) == nil {
		for name, value := range sent {
			values.Set(name, value)
		}
	}

	return values
}

// writeExchange writes what a program gets: a form, unless it asks for JSON.
func writeExchange(w http.ResponseWriter, r *http.Request, body any) {
	if strings.Contains(r.Header.Get("Accept"), "json") {
		write(w, ok(body))

		return
	}

	encoded, values := url.Values{}, body.(object) //nolint:forcetypeassert // All results are objects.

	for name, value := range values {
		text, isText := value.(string)
		if !isText {
			data, _ := json.Marshal(value) //nolint:errchkjson // Numbers can be encoded.
			text = string(data)
		}

		encoded.Set(name, text)
	}

	w.Header().Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	_, _ = io.WriteString(w, encoded.Encode())
}
