package oneword.trainer.hub;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import oneword.trainer.TrainerException;

/**
 * Downloads a model: configuration and tokeniser first, then the weights, at last the ref that says what commit a
 * branch is. Thus a snapshot that has config.json and all weights has everything.
 */
final class ModelDownload {

    private final HubRepository repository;
    private final HubCache cache;
    private final BlobDownload download;

    ModelDownload(HubRepository repository, HubCache cache, BlobDownload download) {
        this.repository = repository;
        this.cache = cache;
        this.download = download;
    }

    /**
     * Brings the model into the cache.
     *
     * @return the snapshot's folder
     */
    Path fetch(String revision) throws InterruptedException {
        HubRepository.Listing listing = repository.list(revision);
        String weights = requireModel(listing.files(), revision);
        for (String file : ModelFiles.small(listing.files())) {
            fetch(file, listing.commit());
        }
        fetch(weights, listing.commit());
        Path folder = cache.file(listing.commit(), ModelFiles.CONFIG).getParent();
        if (ModelFiles.isIndex(weights)) {
            fetchShards(folder.resolve(weights), listing);
        }
        try {
            cache.writeRef(revision, listing.commit());
        } catch (IOException e) {
            throw BlobDownload.unwritable(repository.what("refs/" + revision), e);
        }
        return folder;
    }

    private void fetchShards(Path index, HubRepository.Listing listing) throws InterruptedException {
        Set<String> shards = ModelFiles.shards(index);
        Set<String> absent = new TreeSet<>(shards);
        absent.removeAll(listing.files());
        if (!absent.isEmpty()) {
            throw new TrainerException(repository.what(index.getFileName().toString()) + " names "
                + String.join(", ", absent) + ", which the repository does not hold");
        }
        for (String shard : shards) {
            fetch(shard, listing.commit());
        }
    }

    private void fetch(String file, String commit) throws InterruptedException {
        download.fetch(repository.describe(commit, file), commit);
    }

    private String requireModel(Set<String> files, String revision) {
        String what = "model " + repository.id() + " (revision " + revision + ")";
        if (!files.contains(ModelFiles.CONFIG)) {
            throw new TrainerException(what + ": the repository holds no " + ModelFiles.CONFIG
                + ", so it is not a model in transformers' layout");
        }
        if (files.contains(ModelFiles.SENTENCE_PIECE) && !ModelFiles.hasTokenizer(files)) {
            throw new TrainerException(what + ": the repository's only tokenizer is " + ModelFiles.SENTENCE_PIECE
                + ", a SentencePiece model; a tokenizer.json is needed. Take another repository of the same model, or"
                + " download this one with transformers, whose save_pretrained writes tokenizer.json, and set"
                + " model.name to that folder.");
        }
        return ModelFiles.weights(files).orElseThrow(() -> new TrainerException(what + ": the repository holds"
            + " neither model.safetensors nor pytorch_model.bin, whole or in shards; weights of other frameworks are"
            + " not read"));
    }
}
