package api

// MachineSettings are what a machine of the platform is told of it.
type MachineSettings struct {
	APIURL       string `doc:"ZEITWORK_API_URL of nodes and edges: where browsers reach the API."        example:"https://api.example.com"   json:"api_url"`
	RegistryHost string `doc:"ZEITWORK_REGISTRY_HOST of nodes and workers: host and port of the registry." example:"registry.example.com" json:"registry_host"`
	Version      string `doc:"Version of the API that answers: what agents are to be upgraded to." json:"version"`
}

// MachineSettingsOutput is what a new machine is told.
type MachineSettingsOutput struct{ Body MachineSettings }
