package edgeproxy

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

func TestDeploymentMeters_ShowWhatWasCountedOfWhatIsRouted(t *testing.T) {
	t.Parallel()

	reader := metric.NewManualReader()
	l, counted := newLedger(), &counter{deploymentID: uuid.New()}
	require.NoError(t, measureDeployments(metric.NewMeterProvider(metric.WithReader(reader)), l))
	l.route(counted)
	counted.count(outcome{status: http.StatusOK, took: 3 * time.Millisecond, timed: true, bytesOut: 7})

	read := func() map[string]int64 {
		var collected metricdata.ResourceMetrics

		require.NoError(t, reader.Collect(t.Context(), &collected))

		values := map[string]int64{}

		for _, scope := range collected.ScopeMetrics {
			for _, one := range scope.Metrics {
				sum, ok := one.Data.(metricdata.Sum[int64])
				if !ok {
					continue
				}

				for _, point := range sum.DataPoints {
					values[one.Name+" "+point.Attributes.Encoded(attribute.DefaultEncoder())] = point.Value
				}
			}
		}

		return values
	}

	values, of := read(), "deployment_id="+counted.deploymentID.String()
	require.EqualValues(t, 1, values["zeitwork.edge.deployment.requests class=2xx,"+of])
	require.Zero(t, values["zeitwork.edge.deployment.requests class=5xx,"+of])
	require.EqualValues(t, 7, values["zeitwork.edge.deployment.sent "+of])
	require.EqualValues(t, 1, values["zeitwork.edge.deployment.duration.bucket "+of+",le=+Inf"])
	require.EqualValues(t, 1, values["zeitwork.edge.deployment.duration.bucket "+of+",le=4"])
	require.Contains(t, values, "zeitwork.edge.deployment.duration.bucket "+of+",le=2")
	require.Zero(t, values["zeitwork.edge.deployment.duration.bucket "+of+",le=2"])

	l.unroute(counted)
	require.Empty(t, read(), "what is not routed has no series")
}
