import com.amazonaws.services.dynamodbv2.local.main.ServerRunner;
import com.amazonaws.services.dynamodbv2.local.server.DynamoDBProxyServer;
import java.lang.reflect.Field;
import java.net.SocketException;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.elasticmq.NodeAddress;
import org.elasticmq.rest.sqs.SQSRestServerBuilder$;

/**
 * Starts DynamoDB Local or ElasticMQ on 127.0.0.1 and on nothing else, which DynamoDB Local 2.6.1 has no option for.
 *
 * <p>Arguments: "dynamodb" or "sqs"; the port, 0 for any free one; the AWS region and account that the server says it is in.
 * Prints "listening PORT" once it answers. Ends with status 3 if the port is taken. Ends when standard input ends, which happens
 * when the process that started it is gone, however it went.
 */
public final class OnLoopback {
    private static final String HOST = "127.0.0.1";
    private static final int PORT_TAKEN = 3;

    public static void main(String[] args) throws Exception {
        int port = Integer.parseInt(args[1]);
        int bound;
        try {
            bound = args[0].equals("dynamodb") ? dynamoDB(port) : sqs(port, args[2], args[3]);
        } catch (Exception e) {
            for (Throwable t = e; t != null; t = t.getCause()) {
                if (t instanceof SocketException) {
                    Runtime.getRuntime().halt(PORT_TAKEN);
                }
            }
            e.printStackTrace();
            Runtime.getRuntime().halt(1);
            return;
        }
        System.out.println("listening " + bound);
        while (System.in.read() >= 0) {
            // Nothing is ever said here; only the end counts.
        }
        System.exit(0);
    }

    private static int dynamoDB(int port) throws Exception {
        // The command line refuses port 0, so the port is set below with the host.
        DynamoDBProxyServer proxy = ServerRunner.createServerFromCommandLineArgs(
            new String[] {"-inMemory", "-sharedDb", "-disableTelemetry"});
        Field field = DynamoDBProxyServer.class.getDeclaredField("server");
        field.setAccessible(true);
        ServerConnector connector = (ServerConnector) ((Server) field.get(proxy)).getConnectors()[0];
        connector.setHost(HOST);
        connector.setPort(port);
        proxy.start(); // Swallows a failure to bind.
        if (connector.getLocalPort() <= 0) {
            throw new SocketException("not bound");
        }
        return connector.getLocalPort();
    }

    private static int sqs(int port, String region, String account) {
        var builder = SQSRestServerBuilder$.MODULE$.withInterface(HOST).withAWSRegion(region).withAWSAccountId(account);
        builder = port == 0
            ? builder.withDynamicPort()
            : builder.withPort(port).withServerAddress(new NodeAddress("http", HOST, port, ""));
        return builder.start().waitUntilStarted().localAddress().getPort();
    }
}
