package kamal

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/samber/lo"
	"go.yaml.in/yaml/v3"
)

// Destinations are those that there are files for.
func Destinations() []string { return []string{"staging", "production"} }

// Config is the configuration of one destination.
type Config struct {
	Service     string               `yaml:"service"`
	Image       string               `yaml:"image"`
	Registry    Registry             `yaml:"registry"`
	Servers     map[string]Role      `yaml:"servers"`
	Env         Env                  `yaml:"env"`
	Proxy       Proxy                `yaml:"proxy"`
	Accessories map[string]Accessory `yaml:"accessories"`
	// DeployTimeout and DrainTimeout are in seconds.
	DeployTimeout int `yaml:"deploy_timeout"`
	DrainTimeout  int `yaml:"drain_timeout"`
}

// Registry is where the image is.
type Registry struct {
	Server string `yaml:"server"`
}

// Role is what runs on some of the machines.
type Role struct {
	Hosts   []string `yaml:"hosts"`
	Command string   `yaml:"cmd"`
	// StopTimeout is in seconds.
	StopTimeout int `yaml:"stop_timeout"`
	Env         Env `yaml:"env"`
	// Options are given to Docker as they are.
	Options map[string]any `yaml:"options"`
}

// Env are environment variables. Those of Secret are named alone; where a name has a colon, that of the secret stands behind it.
type Env struct {
	Clear  map[string]string `yaml:"clear"`
	Secret []string          `yaml:"secret"`
}

// Proxy is how kamal-proxy hands requests on.
type Proxy struct {
	AppPort     int    `yaml:"app_port"`
	Host        string `yaml:"host"`
	HealthCheck struct {
		Path string `yaml:"path"`
		// Interval and Timeout are in seconds.
		Interval int `yaml:"interval"`
		Timeout  int `yaml:"timeout"`
	} `yaml:"healthcheck"`
	// ResponseTimeout is in seconds.
	ResponseTimeout int             `yaml:"response_timeout"`
	Buffering       map[string]bool `yaml:"buffering"`
}

// Accessory is what runs beside the service.
type Accessory struct {
	Image   string         `yaml:"image"`
	Files   []string       `yaml:"files"`
	Env     Env            `yaml:"env"`
	Options map[string]any `yaml:"options"`
}

// Names are the names of the variables.
func (e Env) Names() []string { return append(lo.Keys(e.Clear), e.Secret...) }

// Read reads the configuration of a destination as Kamal does: its file over the one that is common to all. It returns it as it stands, too.
func Read(folder, destination string) (Config, map[string]any, error) {
	merged := map[string]any{}

	for _, name := range []string{"deploy.yml", "deploy." + destination + ".yml"} {
		content, err := os.ReadFile(filepath.Join(folder, "config", name))
		if err != nil {
			return Config{}, nil, fmt.Errorf("read the configuration: %w", err)
		}

		var layer map[string]any
		if err := yaml.Unmarshal(content, &layer); err != nil {
			return Config{}, nil, fmt.Errorf("read %s: %w", name, err)
		}

		merged = merge(merged, layer)
	}

	encoded, err := yaml.Marshal(merged)
	if err != nil {
		return Config{}, nil, fmt.Errorf("read the configuration: %w", err)
	}

	var config Config
	if err := yaml.Unmarshal(encoded, &config); err != nil {
		return Config{}, nil, fmt.Errorf("read the configuration: %w", err)
	}

	return config, merged, nil
}

// merge lays maps over each other, and everything else in the place of what was there.
func merge(below, above map[string]any) map[string]any {
	merged := lo.Assign(below)

	for key, value := range above {
		inner, isMap := value.(map[string]any)
		if before, wasMap := merged[key].(map[string]any); isMap && wasMap {
			value = merge(before, inner)
		}

		merged[key] = value
	}

	return merged
}
