package fakegithub

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"maps"
	"regexp"
	"strings"
	"time"
)

// Manifest is what an app is made from, in the form that GitHub takes.
type Manifest struct {
	Name                  string            `json:"name"`
	URL                   string            `json:"url"`
	Description           string            `json:"description"`
	HookAttributes        HookAttributes    `json:"hook_attributes"`
	RedirectURL           string            `json:"redirect_url"`
	CallbackURLs          []string          `json:"callback_urls"`
	SetupURL              string            `json:"setup_url"`
	Public                bool              `json:"public"`
	DefaultPermissions    map[string]string `json:"default_permissions"`
	DefaultEvents         []string          `json:"default_events"`
	RequestOAuthOnInstall bool              `json:"request_oauth_on_install"`
	SetupOnUpdate         bool              `json:"setup_on_update"`
}

// HookAttributes say where webhooks go. This server never sends any.
type HookAttributes struct {
	URL    string `json:"url"`
	Active *bool  `json:"active"`
}

// App is an app as its owner sees it once, with its secrets.
type App struct {
	ID                                    int64
	Slug                                  string
	ClientID, ClientSecret, WebhookSecret string
	// PrivateKey is in PEM, as GitHub hands it out.
	PrivateKey string
}

type app struct {
	App

	owner    *account
	bot      *account
	manifest Manifest
	key      *rsa.PrivateKey
	created  time.Time
	// deviceFlow tells whether it may be used by programs that show a code. GitHub has it off until the owner turns it on.
	deviceFlow bool
}

const appKeyBits = 2048

// AddApp makes an app that the account owns. Its device flow is on.
func (s *Server) AddApp(owner string, manifest Manifest) (made App, err error) {
	key, err := s.newKey()
	if err != nil {
		return App{}, err
	}

	s.locked(func() {
		a := s.addApp(s.account(owner), manifest, key)
		a.deviceFlow = true
		made = a.App
	})

	return made, nil
}

// EnsureApp gives an app of the manifest's name that manifest, as its owner does in its settings, or makes it where there is none: the demo GitHub's own,
// which no account has to agree to. The first user owns it.
func (s *Server) EnsureApp(manifest Manifest) (made App, err error) {
	var owner string

	s.locked(func() {
		if found := s.findApp(func(a *app) bool { return a.manifest.Name == manifest.Name }); found != nil {
			found.setManifest(manifest)
			made = found.App
		}

		for _, a := range s.accounts {
			if a.kind == kindUser && (owner == "" || a.id < s.account(owner).id) {
				owner = a.login
			}
		}
	})

	if made.ID != 0 {
		return made, nil
	}

	return s.AddApp(owner, manifest)
}

// SetDeviceFlow turns the device flow of an app on or off.
func (s *Server) SetDeviceFlow(app int64, on bool) { s.locked(func() { s.apps[app].deviceFlow = on }) }

// newAppKey makes an app's key.
func newAppKey() (*rsa.PrivateKey, error) {
	key, err := rsa.GenerateKey(rand.Reader, appKeyBits)
	if err != nil {
		return nil, fmt.Errorf("make an app's key: %w", err)
	}

	return key, nil
}

func (s *Server) addApp(owner *account, manifest Manifest, key *rsa.PrivateKey) *app {
	block := &pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}
	a := &app{owner: owner, key: key, created: s.now()}
	a.App = App{
		ID: s.newID(), Slug: slugOf(manifest.Name), ClientID: "Iv23" + rand.Text()[:16], ClientSecret: secretText(), WebhookSecret: secretText(),
		PrivateKey: string(pem.EncodeToMemory(block)),
	}
	a.setManifest(manifest)
	a.bot = s.addAccount(a.Slug+"[bot]", kindBot)
	s.apps[a.ID] = a

	return a
}

// secretText returns 40 hexadecimal digits, as GitHub's secrets are.
// setManifest takes the manifest over.
func (a *app) setManifest(manifest Manifest) {
	a.manifest = manifest
	a.manifest.DefaultPermissions = map[string]string{}
	maps.Copy(a.manifest.DefaultPermissions, manifest.DefaultPermissions)

	// Whoever asks for anything of a repository may see that it is there.
	a.manifest.DefaultPermissions["metadata"] = "read"
}

func secretText() string {
	const bytes = 20

	data := make([]byte, bytes)
	_, _ = rand.Read(data)

	return hex.EncodeToString(data)
}

var notInSlug = regexp.MustCompile(`[^a-z0-9]+`)

func slugOf(name string) string {
	return strings.Trim(notInSlug.ReplaceAllString(strings.ToLower(name), "-"), "-")
}

// findApp returns the app for which it holds; nil for none.
func (s *Server) findApp(is func(*app) bool) *app {
	for _, a := range s.apps {
		if is(a) {
			return a
		}
	}

	return nil
}

func (s *Server) appOfClient(clientID string) *app {
	return s.findApp(func(a *app) bool { return a.ClientID == clientID })
}

func (a *app) json(base string) object {
	return object{
		"id": a.ID, "slug": a.Slug, "node_id": nodeID(appNode, a.ID), "client_id": a.ClientID, "owner": a.owner.simple(base), "name": a.manifest.Name,
		"description": nullable(a.manifest.Description), "external_url": a.manifest.URL, "html_url": base + "/github-apps/" + a.Slug,
		"created_at": stamp(a.created), "updated_at": stamp(a.created), "permissions": a.manifest.DefaultPermissions, "events": texts(a.manifest.DefaultEvents),
	}
}

// texts returns a list that JSON writes as one even where it is empty.
func texts(list []string) []string {
	if list == nil {
		return []string{}
	}

	return list
}
