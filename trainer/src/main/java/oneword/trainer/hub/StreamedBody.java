package oneword.trainer.hub;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * The body of an answer, fetched piece by piece by one reader. Unlike the platform's stream it waits for the next
 * piece no longer than it is told to, and it asks for a piece only when the one before has been taken.
 */
final class StreamedBody implements BodySubscriber<StreamedBody>, AutoCloseable {

    private final Duration stall;
    private final BlockingQueue<Piece> pieces = new LinkedBlockingQueue<>();
    private Flow.Subscription subscription;
    private boolean closed;

    private record Piece(List<ByteBuffer> bytes, Throwable failure) { }

    StreamedBody(Duration stall) {
        this.stall = stall;
    }

    /**
     * The next piece.
     *
     * @return its bytes, null at the end
     * @throws IOException where the connection broke or nothing came for too long
     */
    List<ByteBuffer> next() throws IOException, InterruptedException {
        Piece piece = pieces.poll(stall.toMillis(), TimeUnit.MILLISECONDS);
        if (piece == null) {
            throw new HttpTimeoutException("nothing came for " + stall.toSeconds() + " s");
        }
        if (piece.failure() != null) {
            throw new IOException("the connection broke (" + piece.failure().getMessage() + ")", piece.failure());
        }
        if (piece.bytes() != null) {
            ask();
        }
        return piece.bytes();
    }

    /**
     * The whole body.
     *
     * @param limit most bytes that are read
     */
    byte[] all(int limit) throws IOException, InterruptedException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (List<ByteBuffer> piece = next(); piece != null; piece = next()) {
            for (ByteBuffer bytes : piece) {
                byte[] copy = new byte[bytes.remaining()];
                bytes.get(copy);
                body.writeBytes(copy);
            }
            if (body.size() > limit) {
                throw new IOException("the answer has more than " + limit + " bytes");
            }
        }
        return body.toByteArray();
    }

    /** Gives up what has not been read, and with it the connection. */
    @Override
    public synchronized void close() {
        closed = true;
        if (subscription != null) {
            subscription.cancel();
        }
    }

    private synchronized void ask() {
        subscription.request(1);
    }

    @Override
    public CompletionStage<StreamedBody> getBody() {
        return CompletableFuture.completedFuture(this);
    }

    @Override
    public synchronized void onSubscribe(Flow.Subscription given) {
        subscription = given;
        if (closed) {
            given.cancel();
        } else {
            given.request(1);
        }
    }

    @Override
    public void onNext(List<ByteBuffer> bytes) {
        pieces.add(new Piece(bytes, null));
    }

    @Override
    public void onError(Throwable failure) {
        pieces.add(new Piece(null, failure));
    }

    @Override
    public void onComplete() {
        pieces.add(new Piece(null, null));
    }
}
