package oneword.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.List;
import oneword.trainer.config.ConfigException;
import oneword.trainer.config.ConfigReader;
import oneword.trainer.config.LeaderboardReader;

/** Configurations, in YAML as in JSON. */
class ConfigFuzzTest {

    @FuzzTest
    void run(byte[] content) {
        HostileFile.isRead("run.yaml", content, ConfigException.class, file -> ConfigReader.read(file, List.of()));
    }

    @FuzzTest
    void leaderboard(byte[] content) {
        HostileFile.isRead("leaderboard.yaml", content, ConfigException.class,
            file -> LeaderboardReader.read(file, List.of(), List.of("simcse-bert-base")));
    }
}
