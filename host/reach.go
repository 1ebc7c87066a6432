package main

import (
	"net"
	"slices"
	"strings"

	"gatehouse/runtime"
)

// reach says how clients on this machine reach a listener. With TLS, curl is
// told the certificate, and has to ask for a name that it is for.
func (w *welcome) reach(address net.Addr, cfg runtime.Config, names []string) {
	at := localAddress(address)
	w.curl = "curl -s"
	if !cfg.HTTP.TLS.Enabled() {
		w.url, w.local = "http://"+address.String(), "http://"+at
		return
	}
	w.url = "https://" + address.String()
	if file := cfg.HTTP.TLS.CertFile; file != "" {
		w.curl += " --cacert " + quote(file)
	}
	host, port, err := net.SplitHostPort(at)
	if err == nil && len(names) > 0 && !slices.Contains(names, host) {
		name := strings.Replace(names[0], "*", "gatehouse", 1)
		w.curl += " --resolve " + quote(name+":"+port+":"+host)
		at = net.JoinHostPort(name, port)
	}
	w.local = "https://" + at
}
