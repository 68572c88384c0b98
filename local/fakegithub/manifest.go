package fakegithub

import (
	"crypto/rand"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// manifestLifetime is how long an app's code may be converted.
const manifestLifetime = time.Hour

// manifestCode stands for an app that was made from a manifest, until whoever asked for it has taken its secrets.
type manifestCode struct {
	app     *app
	expires time.Time
}

// askForApp shows what an app would be allowed to do. Nothing is made before the visitor has agreed.
func (v *visit) askForApp() result {
	text := v.r.PostForm.Get("manifest")

	manifest, complaint := readManifest(text)
	if complaint != "" {
		return sorry(http.StatusUnprocessableEntity, complaint)
	}

	return show("app.html", object{
		"Manifest": text, "Name": manifest.Name, "State": v.r.Form.Get("state"), "Organization": v.r.PathValue("org"),
		"Permissions": manifest.DefaultPermissions, "Users": v.users(),
	})
}

func readManifest(text string) (Manifest, string) {
	manifest := Manifest{}
	decoder := json.NewDecoder(strings.NewReader(text))

	if err := decoder.Decode(&manifest); err != nil {
		return manifest, "The manifest is not valid JSON."
	}

	hook := manifest.HookAttributes

	for name, address := range map[string]string{"url": manifest.URL, "redirect_url": manifest.RedirectURL} {
		parsed, err := url.Parse(address)
		if err != nil || parsed.Host == "" {
			return manifest, "The manifest's " + name + " is not a URL."
		}
	}

	if (hook.Active == nil || *hook.Active) && hook.URL == "" {
		return manifest, "The manifest's hook_attributes need a url, unless active is false."
	}

	for name, level := range manifest.DefaultPermissions {
		if grade(level) == 0 {
			return manifest, "The manifest asks for " + name + " with a level that there is not."
		}
	}

	return manifest, ""
}

// makeApp makes the app and sends the visitor back with a code for it. It is no page, since to make a key takes a while, and nothing else should wait for it.
func (s *Server) makeApp(w http.ResponseWriter, r *http.Request) {
	key, err := s.newKey()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)

		return
	}

	s.page(func(v *visit) result {
		form := v.r.PostForm
		owner := v.user()

		manifest, complaint := readManifest(form.Get("manifest"))
		if form.Get("name") != "" {
			manifest.Name = form.Get("name")
		}

		if organization := form.Get("organization"); organization != "" && owner != nil {
			on := v.findAccount(organization)
			if on == nil || !owner.administers(on) {
				return sorry(http.StatusForbidden, "You do not administer "+organization+".")
			}

			owner = on
		}

		switch {
		case owner == nil:
			return sorry(http.StatusBadRequest, "There is no such user.")
		case complaint != "":
			return sorry(http.StatusUnprocessableEntity, complaint)
		case slugOf(manifest.Name) == "" || v.findApp(func(a *app) bool { return a.Slug == slugOf(manifest.Name) }) != nil:
			return sorry(http.StatusUnprocessableEntity, "The name of the app is already taken.")
		}

		code := strings.ToLower(rand.Text())
		v.manifests[code] = &manifestCode{app: v.addApp(owner, manifest, key), expires: v.now().Add(manifestLifetime)}

		return leadTo(manifest.RedirectURL, map[string]string{"code": code, "state": form.Get("state")})
	}).ServeHTTP(w, r)
}

// convertManifest hands an app's secrets out, once.
func convertManifest(c *call) *answer {
	code := c.r.PathValue("code")
	m := c.manifests[code]
	delete(c.manifests, code)

	if m == nil || !c.now().Before(m.expires) {
		return notFound()
	}

	described := m.app.json(c.base)
	maps.Copy(described, object{
		"client_secret": m.app.ClientSecret, "webhook_secret": nil, "pem": m.app.PrivateKey,
	})

	if hook := m.app.manifest.HookAttributes; hook.URL != "" {
		described["webhook_secret"] = m.app.WebhookSecret
	}

	return created(described)
}
