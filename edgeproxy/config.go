package edgeproxy

import (
	"net/netip"
	"time"

	"github.com/zeitwork/zeitwork/internal/setting"
)

// Config is the configuration of an edge.
type Config struct {
	setting.API

	Token  string `env:"ZEITWORK_EDGE_TOKEN,required" doc:"The edge's token, shown once when the edge was made."`
	Listen string `doc:"Address and port on which the edge answers HTTP/1.1 and unencrypted HTTP/2." env:"ZEITWORK_EDGE_LISTEN" envDefault:"127.0.0.1:8080"`
	// TLSListen is off by default: a balancer in front may end TLS.
	TLSListen string `doc:"Address and port on which the edge ends TLS with the platform's certificates, such as :443. Empty: it ends none." env:"ZEITWORK_EDGE_TLS_LISTEN"` //nolint:lll // One variable a line.
	// HTTP3 is off by default: it is an experiment.
	HTTP3  bool   `doc:"Serve HTTP/3 as well, by UDP at the port of ZEITWORK_EDGE_TLS_LISTEN. An experiment." env:"ZEITWORK_EDGE_HTTP3" envDefault:"false"`
	Region string `doc:"Where this edge stands; VMs of the same region come first. Empty: no preference." env:"ZEITWORK_EDGE_REGION"`
	// Addresses are the only ones that nodes let in from their tailnet.
	Addresses []netip.Addr `doc:"IPv4 addresses from which the edge connects to VMs, by commas; empty: the machine's." env:"ZEITWORK_EDGE_SOURCE_ADDRESSES"`
	// TailscaledSocket is not used by the edge itself.
	TailscaledSocket string `doc:"Socket of the machine's tailscaled, which \"zeitwork doctor\" asks whether it accepts the routes of nodes." env:"ZEITWORK_EDGE_TAILSCALED" envDefault:"/run/tailscale/tailscaled.sock"` //nolint:lll // One variable a line.
	DataDir          string `doc:"Directory that keeps route table and key over restarts." env:"ZEITWORK_EDGE_DATA_DIR" envDefault:"/var/lib/zeitwork/edge"`
	// TrustedProxies may say in headers who the client is. The forwarding headers of all other peers are dropped.
	TrustedProxies []netip.Prefix `doc:"Networks of proxies that are believed about their clients (X-Forwarded-For, X-Forwarded-Proto), with commas between." env:"ZEITWORK_EDGE_TRUSTED_PROXIES"` //nolint:lll // One variable a line.
	// Cloudflare is off by default as another customer of Cloudflare's can have it connect to any server.
	Cloudflare bool `doc:"Cloudflare stands in front: believe its headers, from its own addresses." env:"ZEITWORK_EDGE_CLOUDFLARE" envDefault:"false"`
	// ProxyProtocol has those who connect from elsewhere be believed nothing.
	ProxyProtocol []netip.Prefix `doc:"Networks of balancers that begin each connection with a PROXY header (version 1 or 2), with commas between." env:"ZEITWORK_EDGE_PROXY_PROTOCOL"` //nolint:lll // One variable a line.
	// DrainDelay is the time in which load balancers find out that the edge stops: a listener that closed at once would refuse the requests
	// that they still send.
	DrainDelay   time.Duration `doc:"How long a stopping edge serves on and says so to load balancers' checks." env:"ZEITWORK_EDGE_DRAIN_DELAY" envDefault:"5s"`
	DrainTimeout time.Duration `doc:"How long requests may go on after the edge was told to stop." env:"ZEITWORK_EDGE_DRAIN_TIMEOUT" envDefault:"30s"`
	// ResponseTimeout ends with the headers of the answer. It does not apply to gRPC, whose servers may send their headers late.
	ResponseTimeout time.Duration `doc:"How long an app may take to begin its answer, or take nothing of a body; 0 is for ever." env:"ZEITWORK_EDGE_RESPONSE_TIMEOUT" envDefault:"5m"` //nolint:lll // One variable a line.
	// Lease is for ever by default as edges cannot tell whether they are cut off alone: a balancer that sends to no edge whose check fails would serve nothing.
	Lease time.Duration `doc:"How long the edge may hear nothing from the API before it fails balancers' checks, if there are other edges; 0: for ever." env:"ZEITWORK_EDGE_LEASE" envDefault:"0"` //nolint:lll // One variable a line.
	// MaxInFlight keeps an app that answers nothing from taking the whole edge.
	MaxInFlight          int64 `doc:"How many requests to one deployment may be under way at once, streams included; 0: no bound." env:"ZEITWORK_EDGE_MAX_IN_FLIGHT" envDefault:"8192"`          //nolint:lll // One variable a line.
	MaxInFlightPerClient int64 `doc:"How many requests of one client address (IPv6: /64) may be under way at once; 0: no bound." env:"ZEITWORK_EDGE_MAX_IN_FLIGHT_PER_CLIENT" envDefault:"1024"` //nolint:lll // One variable a line.
	// MinBodyRate does not apply once the app has begun to answer, nor to gRPC, whose clients may send nothing for a while.
	MinBodyRate     int64         `doc:"How many bytes a second a client has to send of a request's body, until the app answers; 0: any pace." env:"ZEITWORK_EDGE_MIN_BODY_RATE" envDefault:"1000"` //nolint:lll // One variable a line.
	BodyGrace       time.Duration `doc:"Over how long that rate is looked at." env:"ZEITWORK_EDGE_BODY_GRACE" envDefault:"10s"`
	SendTimeout     time.Duration `doc:"How long a client may take nothing of what is sent to it; 0: for ever." env:"ZEITWORK_EDGE_SEND_TIMEOUT" envDefault:"60s"`
	MaxRequestBytes int64         `doc:"The largest body of a request; 0: no bound." env:"ZEITWORK_EDGE_MAX_REQUEST_BYTES" envDefault:"0"`
	MaxAnswerBytes  int64         `doc:"The largest body of an app's answer, streams included; 0: no bound." env:"ZEITWORK_EDGE_MAX_ANSWER_BYTES" envDefault:"0"`
	// RecordRequests does not make requests slower or depend on the platform: what cannot be delivered is dropped.
	RecordRequests bool `doc:"Tell the platform of requests: method, host, path, status, times." env:"ZEITWORK_EDGE_RECORD_REQUESTS" envDefault:"true"`
	// OwnEngine is what serves nearly all requests. Without it net/http serves them, which is slower and otherwise the same.
	OwnEngine    bool `doc:"Serve HTTP/1.1 without net/http: a third of the processor time." env:"ZEITWORK_EDGE_OWN_ENGINE" envDefault:"true"`
	OwnEngineTLS bool `doc:"Serve HTTP/1.1 by TLS without net/http, too." env:"ZEITWORK_EDGE_OWN_ENGINE_TLS" envDefault:"true"`
	// DeploymentMetrics is off by default as series that come and go with each deployment cost a Prometheus much memory.
	DeploymentMetrics bool `doc:"Serve metrics of each deployment, 26 series for each that is routed." env:"ZEITWORK_EDGE_DEPLOYMENT_METRICS" envDefault:"false"`
	// ErrorPages has each app asked once, when it is routed.
	ErrorPages   bool `doc:"Ask each app for /500.html when it becomes live, and show that to visitors when the app does not answer." env:"ZEITWORK_EDGE_ERROR_PAGES" envDefault:"true"` //nolint:lll // One variable a line.
	RequireRoute bool `doc:"Refuse VM addresses that only the default route would reach." env:"ZEITWORK_EDGE_REQUIRE_ROUTE" envDefault:"true"`
}
