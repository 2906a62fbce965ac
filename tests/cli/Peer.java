// Judges chains as a Java peer does: the trust manager that JSSE uses, and its host name check.
//
// Reads one case a line, fields apart by tabs: side (server or client), host or -, moment, leaf, intermediate
// or -, root. Prints one line a case: `taken`, or `refused` and Java's own words.

import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Set;
import javax.net.ssl.CertPathTrustManagerParameters;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import sun.security.util.HostnameChecker;

class Peer {
    public static void main(String[] arguments) throws Exception {
        BufferedReader cases = new BufferedReader(new InputStreamReader(System.in));
        for (String line = cases.readLine(); line != null; line = cases.readLine()) {
            System.out.println(judge(line.split("\t")));
        }
    }

    static String judge(String[] fields) throws Exception {
        List<X509Certificate> chain = new ArrayList<>();
        chain.add(read(fields[3]));
        if (!fields[4].equals("-")) {
            chain.add(read(fields[4]));
        }
        PKIXBuilderParameters parameters = new PKIXBuilderParameters(
                Set.of(new TrustAnchor(read(fields[5]), null)), new X509CertSelector());
        parameters.setRevocationEnabled(false);
        parameters.setDate(Date.from(Instant.parse(fields[2])));
        TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
        factory.init(new CertPathTrustManagerParameters(parameters));
        X509TrustManager manager = (X509TrustManager) factory.getTrustManagers()[0];
        X509Certificate[] shown = chain.toArray(new X509Certificate[0]);
        try {
            if (fields[0].equals("server")) {
                manager.checkServerTrusted(shown, "ECDHE_RSA");
                if (!fields[1].equals("-")) {
                    HostnameChecker.getInstance(HostnameChecker.TYPE_TLS).match(fields[1], shown[0]);
                }
            } else {
                manager.checkClientTrusted(shown, "RSA");
            }
            return "taken";
        } catch (java.security.cert.CertificateException refused) {
            return "refused " + refused.getMessage();
        }
    }

    static X509Certificate read(String file) throws Exception {
        try (InputStream in = new FileInputStream(file)) {
            return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
    }
}
