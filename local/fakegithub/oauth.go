package fakegithub

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// grantLifetime is how long a code may be exchanged.
const grantLifetime = 10 * time.Minute

// grant is a code that an app exchanges for a user's token.
type grant struct {
	app         *app
	user        *account
	redirectURI string
	// challenge is the PKCE challenge that the app began with; empty for none.
	challenge string
	expires   time.Time
}

// authorizeFields are the parameters of the page that its form sends on.
var authorizeFields = []string{"client_id", "redirect_uri", "state", "code_challenge", "code_challenge_method", "scope"}

// askToAuthorize shows who may sign in, once the app's parameters hold.
func (v *visit) askToAuthorize() result {
	query := v.r.URL.Query()

	a, target, refused := v.oauthClient(query)
	if refused != nil {
		return *refused
	}

	fields := map[string]string{}
	for _, name := range authorizeFields {
		fields[name] = query.Get(name)
	}

	users := v.users()
	if login := query.Get("login"); slices.Contains(users, login) {
		users = append([]string{login}, slices.DeleteFunc(users, func(other string) bool { return other == login })...)
	}

	return show("authorize.html", object{"App": a.manifest.Name, "Target": target, "Fields": fields, "Users": users})
}

// oauthClient returns the app that begins a sign-in, and the URL that it wants the visitor back at. Where either is wrong the visitor is told and sent
// nowhere: the URL may be an attacker's.
func (v *visit) oauthClient(query url.Values) (*app, string, *result) {
	a := v.appOfClient(query.Get("client_id"))
	if a == nil {
		refused := sorry(http.StatusNotFound, "There is no app with this client_id.")

		return nil, "", &refused
	}

	target := query.Get("redirect_uri")
	if target == "" && len(a.manifest.CallbackURLs) > 0 {
		target = a.manifest.CallbackURLs[0]
	}

	if !slices.Contains(a.manifest.CallbackURLs, target) {
		refused := sorry(http.StatusBadRequest, "The redirect_uri is not associated with this application.")

		return nil, "", &refused
	}

	if method := query.Get("code_challenge_method"); query.Get("code_challenge") != "" && method != "S256" {
		refused := sorry(http.StatusBadRequest, "The code_challenge_method must be S256.")

		return nil, "", &refused
	}

	return a, target, nil
}

// authorize sends the visitor back to the app with a code.
func (v *visit) authorize() result {
	form := v.r.PostForm

	a, target, refused := v.oauthClient(form)
	if refused != nil {
		return *refused
	}

	if form.Get("decision") == "cancel" {
		return leadTo(target, map[string]string{
			"error": "access_denied", "error_description": "The user has denied your application access.", "state": form.Get("state"),
		})
	}

	user := v.user()
	if user == nil {
		return sorry(http.StatusBadRequest, "There is no such user.")
	}

	return leadTo(target, map[string]string{"code": v.grant(a, user, target, form.Get("code_challenge")), "state": form.Get("state")})
}

func (s *Server) grant(a *app, user *account, target, challenge string) string {
	code := strings.ToLower(rand.Text())[:20]
	s.grants[code] = &grant{app: a, user: user, redirectURI: target, challenge: challenge, expires: s.now().Add(grantLifetime)}

	return code
}

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
