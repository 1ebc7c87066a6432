package security_test

import (
	"fmt"
	"testing"

	"gatehouse/runtime/security"
)

// BenchmarkVerifyRemembered has credentials verified that were right before from
// the same address, while nobody has to wait and while somebody else has to.
func BenchmarkVerifyRemembered(b *testing.B) {
	for _, name := range []string{"nobody waits", "another waits"} {
		b.Run(name, func(b *testing.B) {
			db := engines["sqlite"](b)
			b.Cleanup(func() { _ = db.Close() })
			if err := db.Migrate(b.Context(), security.MigrationOwner, security.Migrations()); err != nil {
				b.Fatal(err)
			}
			throttle := security.DefaultThrottle()
			throttle.FirstDelay = 60
			d := newDefinitions(b, db, security.Config{Hasher: newCounting(b), Throttle: &throttle})
			if err := d.Set(b.Context(), "pubapi", "client", "right"); err != nil {
				b.Fatal(err)
			}
			from := security.Client{Address: home, Definitions: []string{"pubapi"}}
			verifyOne := func() {
				if _, err := d.Verify(b.Context(), from, "client", "right"); err != nil {
					b.Fatal(err)
				}
			}
			verifyOne()
			if name == "another waits" {
				for i := range throttle.DefinitionAttempts {
					_, _ = d.Verify(b.Context(), security.Client{Address: abroad}, "client", fmt.Sprint("guess ", i))
				}
			}
			b.ReportAllocs()
			for b.Loop() {
				verifyOne()
			}
		})
	}
}
