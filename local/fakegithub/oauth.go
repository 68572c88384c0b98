package fakegithub

import (
	"crypto/rand"
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
